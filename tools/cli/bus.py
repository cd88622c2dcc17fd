"""`bus`: what an operator does with the bus itself."""

import asyncio
from typing import Annotated

import typer
from aiokafka import TopicPartition

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.bus.skipping import RawBatch, SkipError, order, raw_batch
from chassis.runtime.settings import load_settings
from contracts.topics import SERVICES
from tools.cli.main import app
from tools.cli.operator import operator
from tools.operations.environment import surroundings_of_bus
from tools.operations.registry import groups

bus_app = typer.Typer(help="The bus: step over a batch that nobody can read.", no_args_is_help=True)
app.add_typer(bus_app, name="bus")


@bus_app.callback()
def bus() -> None:
    """The bus: step over a batch that nobody can read."""


@bus_app.command("skip")
def skip(  # noqa: PLR0917 - typer calls it by name
    topic: Annotated[str, typer.Argument(help="As readiness names it")],
    partition: Annotated[int, typer.Argument(min=0)],
    offset: Annotated[int, typer.Argument(min=0, help="Any offset of the batch")],
    why: Annotated[str, typer.Option(help="Stays on record")],
    service: Annotated[list[str] | None, typer.Option(help="Only these; without it, all that are stuck there")] = None,
    by: Annotated[str, typer.Option("--by", help="Who does it; without it, the user of this computer")] = "",
) -> None:
    """Let services step over one batch that they can not read. What was in it is lost to them: have it sent anew."""
    wanted = service or list(SERVICES)
    if unknown := sorted(set(wanted) - set(SERVICES)):
        raise typer.BadParameter(f"no service {unknown[0]}: there are {', '.join(SERVICES)}")
    if not why.strip():
        raise SkipError("say why: --why 'packed by a client with a fault'")
    place = TopicPartition(topic, partition)
    kafka = surroundings_of_bus()
    batch = asyncio.run(_unreadable(kafka, place, offset))
    stuck = asyncio.run(_standing_at(kafka, place, batch, wanted))
    orders = [order(one, place, batch, by or operator(), why.strip()) for one in stuck]
    asyncio.run(_publish(kafka, orders))
    typer.echo(f"{', '.join(stuck)} will step over offsets {batch.first} to {batch.last} within half a minute")


async def _unreadable(kafka: str, place: TopicPartition, offset: int) -> RawBatch:
    """The batch that holds this offset.

    Raises:
        SkipError: it can be read.
    """
    batch = await raw_batch(kafka, place, offset)
    if not batch.complaint:
        raise SkipError(
            f"{place.topic}/{place.partition}, offsets {batch.first} to {batch.last}, can be read here: "
            "whoever can not lacks a codec, so install what this program has"
        )
    return batch


async def _publish(kafka: str, messages: list[Message]) -> None:
    publisher = Publisher(kafka)
    try:
        await publisher(messages)
    finally:
        await publisher.stop()


async def _standing_at(kafka: str, place: TopicPartition, batch: RawBatch, wanted: list[str]) -> list[str]:
    """The services that have handled all that comes before this batch, and nothing of it.

    Raises:
        SkipError: none has.
    """
    settings = load_settings()
    reading = groups(settings)
    found = []
    async with Admin(kafka) as admin:
        for service in wanted:
            group = settings.group_prefix + service
            if place.topic in reading[group] and batch.first <= await admin.position(group, place) <= batch.last:
                found.append(service)
    if not found:
        where = f"{place.topic}/{place.partition}, offsets {batch.first} to {batch.last}"
        raise SkipError(f"none of {', '.join(wanted)} stands at {where}; see `lienthong status` and /health/ready")
    return found
