"""`procedures`: the catalogue of procedures, checked and drawn."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from domain.procedures import inspect_catalogue, load_catalogue, load_directory, mermaid
from tools.cli.main import app

procedures_app = typer.Typer(help="Procedures as data: check them, draw them.", no_args_is_help=True)
app.add_typer(procedures_app, name="procedures")
console = Console()

Folder = Annotated[Path | None, typer.Argument(help="Folder of the fields' *.yaml files; by default the shipped ones")]


@procedures_app.command()
def check(folder: Folder = None) -> None:
    """Check every procedure: each fault with its file, its place and the remedy. Exit code 1 if there are any."""
    catalogue, faults = inspect_catalogue(folder)
    for fault in faults:
        typer.echo(str(fault))
    if faults:
        raise typer.Exit(1)
    console.print(f"{len(catalogue)} procedures in {len(catalogue.fields)} fields are sound")


@procedures_app.command()
def graph(
    code: Annotated[str, typer.Argument(help="Code of the procedure, for example 1.001193")],
    folder: Folder = None,
    language: Annotated[Literal["vi", "en"], typer.Option(help="Language of the names")] = "vi",
) -> None:
    """Draw a procedure's steps as a Mermaid flowchart."""
    catalogue = load_catalogue(folder)
    procedure = catalogue.get(code)
    if procedure is None:
        raise typer.BadParameter(f"there is no procedure {code}; there are {', '.join(catalogue)}")
    typer.echo(mermaid(procedure, load_directory().roles, language))
