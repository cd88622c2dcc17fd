"""`worktime`: due dates and their working-out."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chassis.runtime.settings import load_settings
from domain.worktime import ZONE, Calendar, Limit, add, between, load_calendar
from tools.cli.main import app

worktime_app = typer.Typer(help="Working time: due dates and their working-out.", no_args_is_help=True)
app.add_typer(worktime_app, name="worktime")
console = Console()

Moment = Annotated[str, typer.Argument(help="2026-01-05T10:00, in Vietnam unless an offset says otherwise")]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no moment: write 2026-01-05T10:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _calendar() -> Calendar:
    return load_calendar(load_settings().calendar)


@worktime_app.command("add")
def add_limit(
    start: Moment,
    limit: Annotated[str, typer.Argument(help="`3 working-days`, 8wh, 3wd, 10d, 2m")],
) -> None:
    """When a limit that starts then is due, and why."""
    due = add(_calendar(), _moment(start), Limit.parse(limit))
    table = Table("day", "counted", "why", "vì sao")
    for line in due.working_out:
        hours, seconds = divmod(line.counted, 3600)
        table.add_row(f"{line.on:%a %Y-%m-%d}", f"{hours}:{seconds // 60:02d}", line.name.en, line.name.vi)
    console.print(table)
    typer.echo(due.at.isoformat())


@worktime_app.command("between")
def measure(start: Moment, end: Moment) -> None:
    """How much working time lies between two moments."""
    seconds = int(between(_calendar(), _moment(start), _moment(end)).total_seconds())
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    typer.echo(f"{sign}{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}")
