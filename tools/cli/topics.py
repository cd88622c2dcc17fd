"""`topics`: what the bus needs before anything runs."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chassis.runtime.bus.admin import Admin
from contracts.topics import DEFAULT_PARTITIONS, OWNERS, SERVICES, dead_letter_topic
from tools.cli.main import app
from tools.operations.environment import ADMIN, environment_of_bus, known_bus
from tools.operations.prepared_bus import prepare_bus

topics_app = typer.Typer(help="The topics of the bus.", no_args_is_help=True)
app.add_typer(topics_app, name="topics")
console = Console()


@topics_app.command("apply")
def apply_topics(
    partitions: Annotated[int, typer.Option(min=1, help="The same for every topic, for good")] = DEFAULT_PARTITIONS,
    replication: Annotated[int, typer.Option(min=1, help="Copies of every partition")] = 1,
) -> None:
    """Create the topics that are missing; those that exist are left alone. On the embedded stack, give the rights."""
    created = asyncio.run(prepare_bus(environment_of_bus(ADMIN), partitions, replication))
    console.print(f"{len(created)} topics created")


@topics_app.command("list")
def list_topics() -> None:
    """Every topic, its owner, partitions and records."""

    async def read() -> tuple[dict[str, int], dict[str, int]]:
        async with Admin(known_bus()) as admin:
            return await admin.topics(), await admin.records()

    partitions, records = asyncio.run(read())
    owner = {payload.TYPE: name for name, owned in OWNERS.items() for payload in owned}
    owner |= {dead_letter_topic(name): name for name in SERVICES}
    table = Table("topic", "owner", "partitions", "records")
    for topic in sorted(owner):
        table.add_row(topic, owner[topic], str(partitions.get(topic, "missing")), str(records[topic]))
    console.print(table)
