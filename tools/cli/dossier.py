"""`dossier`: one dossier's story, and one to tell."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import read_record
from chassis.runtime.bus.streams import records
from chassis.runtime.clock import random_reference
from contracts.claims import IntakeSubmitted
from contracts.envelope import AnyEvent
from contracts.topics import OF_DOSSIERS, BadEventError, UnknownTypeError
from tools.cli.imports import HistoryBus
from tools.cli.main import app
from tools.operations.dossier_history import story
from tools.operations.environment import surroundings, surroundings_of_bus
from tools.operations.late_dossier import play_late_dossier

dossier_app = typer.Typer(no_args_is_help=True, help="One dossier: its story from the streams.")
app.add_typer(dossier_app, name="dossier")


@dossier_app.command()
def show(
    code: Annotated[str, typer.Argument(help="Dossier code, as on the receipt")],
    language: Annotated[str, typer.Option(help="Of the working-out: vi or en")] = "en",
) -> None:
    """Tell all that was said of a dossier, in order, from the streams alone. Exit code 1 if there is nothing."""
    if language not in ("vi", "en"):
        raise typer.BadParameter(f"no language {language}: give vi or en")
    found = asyncio.run(_all_of(surroundings_of_bus(), code))
    if not found:
        typer.echo(f"nothing was ever said of {code}: check the code on the receipt", err=True)
        raise typer.Exit(1)
    for line in story(found, language):
        typer.echo(line)


@dossier_app.command()
def example() -> None:
    """Play one late dossier to services that are running, from receipt to apology, on a timeline of its own."""
    typer.echo(asyncio.run(_example()))


async def _example() -> str:
    settings = surroundings()
    publisher = Publisher(settings.kafka)
    try:
        async with Admin(settings.kafka) as admin:
            return await play_late_dossier(_Bus(settings, admin, publisher), f"tour-{random_reference()}")
    finally:
        await publisher.stop()


class _Bus(HistoryBus):
    async def said(self, topic: str) -> list[AnyEvent]:
        """Every event of a topic."""
        return await _read(self.kafka, [topic])


async def _all_of(kafka: str, code: str) -> list[AnyEvent]:
    """What was said of a dossier, with what the citizen lodged: that came before it had a code."""
    events = await _read(kafka, OF_DOSSIERS, code)
    begun = {one.correlationid for one in events if one.subject == code}
    return [one for one in events if one.subject == code or _lodged(one, begun)]


def _lodged(event: AnyEvent, submissions: set[str]) -> bool:
    return isinstance(event.data, IntakeSubmitted) and event.subject in submissions


async def _read(kafka: str, topics: Sequence[str], code: str = "") -> list[AnyEvent]:
    """Events that can be read, of one dossier or all; what can not is a dead letter of whoever tried."""
    found = []
    async for record in records(kafka, list(topics)):
        named = record.key == code.encode() or code.encode() in (record.value or b"")
        if record.topic == IntakeSubmitted.TYPE or named:
            try:
                found.append(read_record(record, own=True))
            except (BadEventError, UnknownTypeError):
                continue
    return found
