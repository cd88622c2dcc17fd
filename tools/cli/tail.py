"""`tail`: what is said on the bus, line by line, without anybody's words."""

import asyncio
import re
from collections import deque
from datetime import datetime, timedelta
from typing import Annotated, Literal

import typer

from chassis.runtime import clock
from chassis.runtime.bus.connection import Bus
from contracts.topics import OF_DOSSIERS
from domain.worktime import ZONE
from tools.cli.main import app
from tools.operations.environment import known_bus
from tools.operations.tailing import Telling, tail

LINES = 200
"""Lines that are told without --follow, the last ones: what a developer reads. More do not fit on his screens."""

AGO = re.compile(r"(\d{1,4})([smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@app.command("tail")
def tail_command(
    agency: Annotated[str, typer.Option(help="Only dossiers that named this agency since then")] = "",
    topic: Annotated[
        list[str] | None, typer.Option(help="Only these topics [default: all that tell of dossiers]")
    ] = None,
    since: Annotated[str, typer.Option(help="From when on: 30s, 10m, 2h, 1d, or 2026-12-01T08:30")] = "1h",
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C")] = False,
    language: Annotated[Literal["vi", "en"], typer.Option(help="Language of the events' names")] = "en",
) -> None:
    """What is said on the bus, line by line.

    Nobody's words are told, and no personal data. It reads as whoever the settings name: an operator, an auditor, or
    an agency, whose --topic is its inbox.
    """
    begin = moment(since, clock.now())
    told = Telling(agency, language)
    try:
        asyncio.run(_tell(known_bus(), list(topic or OF_DOSSIERS), begin, told, follow=follow))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def _tell(bus: Bus, topics: list[str], since: datetime, told: Telling, *, follow: bool) -> None:
    kept: deque[str] = deque(maxlen=LINES)
    async for record in tail(bus, topics, since, follow=follow):
        line = told.line(record)
        if line is None:
            continue
        if follow:
            typer.echo(line)
        else:
            kept.append(line)
    for line in kept:
        typer.echo(line)


def moment(text: str, now: datetime) -> datetime:
    """The moment that `--since` names.

    Raises:
        typer.BadParameter: it is neither a time ago nor a moment.
    """
    if ago := AGO.fullmatch(text):
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no time: give 30s, 10m, 2h, 1d, or 2026-12-01T08:30") from None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)
