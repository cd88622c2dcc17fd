"""`stack`: the embedded servers, brought up, taken down and looked at."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy.embedded import Stack
from tools.cli.main import app

stack_app = typer.Typer(
    help="The Docker-free stack: Kafka and one store a service, under .lienthong/.", no_args_is_help=True
)
app.add_typer(stack_app, name="stack")
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
    for server in Stack.from_env().status():
        memory = f"{server.memory // 2**20} MB" if server.memory else ""
        table.add_row(server.name, server.state, server.address, str(server.pid or ""), memory)
    console.print(table)
