"""`bus`: what an operator does with the bus itself."""

import asyncio
from typing import Annotated

import typer
from aiokafka import TopicPartition

from contracts.topics import SERVICES
from tools.cli.main import app
from tools.cli.operator import operator
from tools.operations.environment import known_bus
from tools.operations.skipping import skip_batch

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
    batch, stuck = asyncio.run(
        skip_batch(known_bus(), TopicPartition(topic, partition), offset, wanted, by=by or operator(), why=why)
    )
    typer.echo(f"{', '.join(stuck)} will step over offsets {batch.first} to {batch.last} within half a minute")
