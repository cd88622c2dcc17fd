"""`dossier`: the history of one dossier, and a late dossier to look at."""

import asyncio
from typing import Annotated

import typer

from tools.cli.main import app
from tools.cli.waiting import tell_of_waiting
from tools.operations.dossier_history import history_lines, read_history
from tools.operations.environment import SIMULATOR, environment, environment_of_bus
from tools.operations.late_dossier import play_example

dossier_app = typer.Typer(no_args_is_help=True, help="One dossier: its history from the streams.")
app.add_typer(dossier_app, name="dossier")


@dossier_app.command()
def show(
    code: Annotated[str, typer.Argument(help="Dossier code, as on the receipt")],
    language: Annotated[str, typer.Option(help="Of the working-out: vi or en")] = "en",
) -> None:
    """Tell all that was said of a dossier, in order, from the streams alone. Exit code 1 if there is nothing."""
    if language not in ("vi", "en"):
        raise typer.BadParameter(f"no language {language}: give vi or en")
    events = asyncio.run(read_history(environment_of_bus(), code))
    if not events:
        typer.echo(f"nothing was ever said of {code}: check the code on the receipt", err=True)
        raise typer.Exit(1)
    for line in history_lines(events, language):
        typer.echo(line)


@dossier_app.command()
def example() -> None:
    """Play one late dossier to services that are running, from receipt to apology, on a timeline of its own."""
    typer.echo(asyncio.run(play_example(environment(SIMULATOR), tell_of_waiting)))
