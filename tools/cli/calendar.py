"""`calendar`: announcements of days off, swaps and storms."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis.runtime import clock
from contracts.envelope import LIVE
from domain.worktime import ZONE, CalendarError, load_calendar, load_changes
from tools.cli.main import app
from tools.operations.announcing import Announcement, Retraction, tell
from tools.operations.environment import environment

calendar_app = typer.Typer(help="Working calendars: what changed.", no_args_is_help=True)
app.add_typer(calendar_app, name="calendar")
console = Console()


@calendar_app.command()
def announce(
    file: Annotated[
        Path,
        typer.Argument(help="YAML with `announced_at`, and `days_off` and `working_days` as under a calendar's year"),
    ],
    reason: Annotated[str, typer.Option(help="Told to every citizen whose date moves")],
    name: Annotated[str, typer.Option(help="Which calendar it is")] = "office",
    timeline: Annotated[str, typer.Option(help="To the dossiers of this clock")] = LIVE,
) -> None:
    """Tell every dossier and complaint under way that days are worked otherwise; sla moves its dates, and says so.

    A second time it tells those whom it did not reach. New dossiers go by the calendar file: mend that too.
    """
    settings = environment()
    at, days = load_changes(file, load_calendar(settings.calendar))
    if timeline == LIVE and at > clock.now():
        raise CalendarError(file.name, "announced_at", f"{at.isoformat()} lies ahead", "announce it when it has come")
    told = asyncio.run(tell(settings, Announcement(name, days, reason, at, timeline)))
    console.print(f"{len(days)} days announced to {told} dossiers and complaints")


@calendar_app.command()
def retract(
    day: Annotated[
        datetime, typer.Argument(formats=["%Y-%m-%d"], help="A day that was announced, for example 2026-03-04")
    ],
    reason: Annotated[str, typer.Option(help="Told to every citizen whose date moves again")],
    name: Annotated[str, typer.Option(help="Which calendar it is")] = "office",
    timeline: Annotated[str, typer.Option(help="Of the dossiers of this clock")] = LIVE,
    at: Annotated[datetime | None, typer.Option(help="When it is taken back, in Vietnam; by default now")] = None,
) -> None:
    """Take back every announcement that speaks of a day: a mistake, or a forgery. sla moves dates back, and says so.

    A date that has come too near by then stays. Take the day out of the calendar file, too.
    """
    if at is None and timeline != LIVE:
        raise typer.BadParameter(f"{timeline} has a clock of its own: say when with --at", param_hint="--at")
    moment = clock.now() if at is None else at.replace(tzinfo=at.tzinfo or ZONE)
    if timeline == LIVE and moment > clock.now():
        raise typer.BadParameter(f"{moment.isoformat()} lies ahead: take it back when that has come", param_hint="--at")
    told = asyncio.run(tell(environment(), Retraction(name, day.date(), reason, moment, timeline)))
    console.print(f"{told} announcements of {day.date()} taken back")
