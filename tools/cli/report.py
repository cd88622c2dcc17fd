"""`report`: figures from the services' own documents."""

import asyncio
import re
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from contracts.envelope import LIVE
from tools.cli.main import app
from tools.operations.deadline_report import ALWAYS, deadline_figures
from tools.operations.deadline_tables import as_csv, as_json, as_table
from tools.operations.environment import environment

MONTHS = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))(?:\.\.(\d{4}-(?:0[1-9]|1[0-2])))?")
WIDEST = 500
"""Columns. A table that needs more is no longer read as one."""

report_app = typer.Typer(help="Figures: how deadlines were kept.", no_args_is_help=True)
app.add_typer(report_app, name="report")
console = Console()


class By(StrEnum):
    """The thing that a row stands for."""

    AGENCY = "agency"
    STEP = "step"
    PROCEDURE = "procedure"
    MONTH = "month"


class Format(StrEnum):
    """How it is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class MonthError(typer.BadParameter):
    """No month, or none from which another one follows."""


def months(text: str) -> tuple[str, str]:
    """First and last month, from `2026-01` or `2026-01..2026-03`; all there are without any.

    Raises:
        MonthError: it is neither, or goes backwards.
    """
    if not text:
        return ALWAYS
    found = MONTHS.fullmatch(text)
    if not found:
        raise MonthError(f"{text} is no month: write 2026-01, or 2026-01..2026-03")
    first, last = found[1], found[2] or found[1]
    if last < first:
        raise MonthError(f"{text} goes backwards: write the earlier month first")
    return first, last


@report_app.command()
def deadlines(
    by: Annotated[By, typer.Option(help="What a row stands for")] = By.AGENCY,
    month: Annotated[str, typer.Option(help="Received in these months: 2026-01 or 2026-01..2026-03")] = "",
    timeline: Annotated[str, typer.Option(help="Dossiers of this clock: an import or a simulation has its own")] = LIVE,
    form: Annotated[Format, typer.Option("--format", help="For people, spreadsheets or programs")] = Format.TABLE,
    wide: Annotated[bool, typer.Option(help="One table however narrow the terminal: for `less -S`")] = False,
) -> None:
    """How many were received, done early, on time and late, are overdue now; how long it took; where time is lost."""
    span = months(month)
    figures = asyncio.run(deadline_figures(environment(), by, timeline, span))
    if form is Format.TABLE:
        table = as_table(figures, wide=True)
        needed = console.measure(table, options=console.options.update(width=WIDEST)).maximum
        if wide or needed <= console.width:
            console.print(table, width=max(needed, console.width), crop=False)
        else:
            console.print(as_table(figures, wide=False))
    else:
        typer.echo(as_csv(figures) if form is Format.CSV else as_json(figures), nl=form is Format.JSON)


@report_app.command()
def rebuild() -> None:
    """Work out anew, from all that is on record, what reports read: once after an upgrade that says so."""
    from tools.operations.rebuild_report_rows import rebuild_report_rows  # noqa: PLC0415 - figures need none of the services

    console.print(f"{asyncio.run(rebuild_report_rows())} dossiers")
