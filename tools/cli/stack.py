"""`stack` and `topics`: the embedded servers, and what the bus needs before anything runs."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chassis.runtime.bus.admin import Admin
from contracts.topics import DEFAULT_PARTITIONS, OWNERS, SERVICES, dead_letter_topic
from deploy.embedded import Stack
from tools.cli.main import app
from tools.operations.environment import surroundings_of_bus

stack_app = typer.Typer(
    help="The Docker-free stack: Kafka and one store a service, under .lienthong/.", no_args_is_help=True
)
topics_app = typer.Typer(help="The topics of the bus.", no_args_is_help=True)
app.add_typer(stack_app, name="stack")
app.add_typer(topics_app, name="topics")
console = Console()


@stack_app.command()
def up(
    brokers: Annotated[
        int | None, typer.Option(min=1, max=3, help="Kafka brokers of a new stack: 1 or 3 [default: 1]")
    ] = None,
) -> None:
    """Start what is not running; fetch it first where that is needed."""
    if brokers == 2:  # noqa: PLR2004 - of two, none may die
        raise typer.BadParameter("two brokers are no safer than one: take 1 or 3")
    with console.status("starting the embedded stack") as status:
        Stack.from_env(brokers).up(status.update)
    status_of_stack()


@stack_app.command()
def down() -> None:
    """Stop all servers of the stack; the data stay."""
    with console.status("stopping the embedded stack"):
        Stack.from_env().down()
    console.print("stopped")


@stack_app.command("status")
def status_of_stack() -> None:
    """What runs where."""
    table = Table("server", "state", "address", "pid", "memory")
    for one in Stack.from_env().status():
        memory = f"{one.memory // 2**20} MB" if one.memory else ""
        table.add_row(one.name, one.state, one.address, str(one.pid or ""), memory)
    console.print(table)


@topics_app.command("apply")
def apply_topics(
    partitions: Annotated[int, typer.Option(min=1, help="The same for every topic, for good")] = DEFAULT_PARTITIONS,
    replication: Annotated[int, typer.Option(min=1, help="Copies of every partition")] = 1,
) -> None:
    """Create the topics that are missing; those that exist are left alone."""

    async def apply() -> list[str]:
        async with Admin(surroundings_of_bus()) as admin:
            return await admin.apply(partitions, replication)

    created = asyncio.run(apply())
    console.print(f"{len(created)} topics created")


@topics_app.command("list")
def list_topics() -> None:
    """Every topic, its owner, partitions and records."""

    async def read() -> tuple[dict[str, int], dict[str, int]]:
        async with Admin(surroundings_of_bus()) as admin:
            return await admin.topics(), await admin.records()

    partitions, records = asyncio.run(read())
    owner = {payload.TYPE: name for name, owned in OWNERS.items() for payload in owned}
    owner |= {dead_letter_topic(name): name for name in SERVICES}
    table = Table("topic", "owner", "partitions", "records")
    for topic in sorted(owner):
        table.add_row(topic, owner[topic], str(partitions.get(topic, "missing")), str(records[topic]))
    console.print(table)
