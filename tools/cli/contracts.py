"""`contracts`: the published language as files, written and checked."""

from pathlib import Path

import typer
from rich.console import Console

import contracts
from tools.cli.main import app
from tools.operations import contracts as published

contracts_app = typer.Typer(help="Schemas, AsyncAPI and golden samples.", no_args_is_help=True)
app.add_typer(contracts_app, name="contracts")
console = Console()


def _folder() -> Path:
    return Path(contracts.__file__).parent


@contracts_app.command()
def build() -> None:
    """Write JSON Schemas and the AsyncAPI document from the models; refuse a change that breaks a reader."""
    try:
        written = published.build(_folder())
    except published.ContractError as error:
        raise typer.BadParameter(str(error)) from None
    console.print(f"{len(written)} files written")


@contracts_app.command()
def check() -> None:
    """Check that schemas are current, samples still read, and nothing breaks a reader. Exit code 1 otherwise."""
    problems = published.check(_folder())
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    console.print("contracts are sound")
