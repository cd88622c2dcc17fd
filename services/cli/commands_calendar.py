"""`calendar`: announcements of days off, swaps and storms."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis import clock
from chassis.publisher import Publisher
from chassis.record import message_of
from chassis.settings import Settings
from contracts.envelope import LIVE
from contracts.worktime import CalendarError, load_calendar, load_changes
from services.cli.announcing import Announcement
from services.cli.main import app
from services.cli.surroundings import store_of, surroundings

CHUNK = 500
"""Announcements published together."""

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
    """Tell every dossier under way that days are worked otherwise; sla moves its dates, and says so.

    A second time it tells those whom it did not reach. New dossiers go by the calendar file: mend that too.
    """
    settings = surroundings()
    at, days = load_changes(file, load_calendar(settings.calendar))
    if timeline == LIVE and at > clock.now():
        raise CalendarError(file.name, "announced_at", f"{at.isoformat()} lies ahead", "announce it when it has come")
    told = asyncio.run(tell(settings, Announcement(name, days, reason, at, timeline)))
    console.print(f"{len(days)} days announced to {told} dossiers")


async def tell(settings: Settings, announcement: Announcement) -> int:
    """Publish an announcement to every dossier under way that does not have it; how many."""
    store, publisher = store_of(settings, "sla"), Publisher(settings.kafka)
    try:
        states = store.states(announcement.query())
        events = [event async for code, state in states if (event := announcement.for_dossier(code, state))]
        for first in range(0, len(events), CHUNK):
            await publisher([message_of(event) for event in events[first : first + CHUNK]])
        return len(events)
    finally:
        await publisher.stop()
        store.close()
