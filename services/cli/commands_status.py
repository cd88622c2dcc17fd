"""`status` and `dead-letters`."""

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from contracts.topics import SERVICES
from services.cli import letters
from services.cli.figures import figures
from services.cli.main import app
from services.cli.surroundings import surroundings, surroundings_of_bus
from services.cli.table import summary

letters_app = typer.Typer(help="Records that a service could not take.", no_args_is_help=True)
app.add_typer(letters_app, name="dead-letters")
console = Console()


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False) -> None:
    """What the shop has done and has to do: dossiers, events, ratings, notifications, lag."""
    found = asyncio.run(figures(surroundings()))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        console.print(summary(found))


@letters_app.command("list")
def list_letters(
    service: Annotated[str | None, typer.Argument(help="Only of this service")] = None,
) -> None:
    """Open dead letters with their reasons."""

    async def read() -> list[letters.Letter]:
        kafka = surroundings_of_bus()
        names = [service] if service else list(SERVICES)
        return [letter for name in names for letter in await letters.open_letters(kafka, name)]

    if service not in (None, *SERVICES):
        raise typer.BadParameter(f"no service {service}: there are {', '.join(SERVICES)}")
    table = Table("name", "from", "bytes", "reason")
    found = asyncio.run(read())
    for one in found:
        size = str(len(one.value)) if one.value is not None else "none"
        table.add_row(one.name, f"{one.topic}/{one.partition}/{one.offset}", size, one.reason)
    console.print(table if found else "no dead letters")


@letters_app.command("show")
def show_letter(name: Annotated[str, typer.Argument(help="service/partition/offset")]) -> None:
    """One dead letter: where it came from, why it is here, and its bytes."""
    letter = asyncio.run(letters.find(surroundings_of_bus(), name))
    console.print(f"from   {letter.topic}, partition {letter.partition}, offset {letter.offset}", highlight=False)
    console.print(f"reason {letter.reason}", highlight=False, markup=False)
    console.print(f"key    {letter.key!r}", highlight=False, markup=False)
    typer.echo(repr(letter.value) if letter.value is not None else "no value")


@letters_app.command("replay")
def replay_letters(
    names: Annotated[list[str], typer.Argument(help="service/partition/offset …; or a service, for all of its")],
) -> None:
    """Put records back where they came from, once their cause is mended."""

    async def put_back() -> int:
        kafka = surroundings_of_bus()
        found: list[letters.Letter] = []
        for name in names:
            found += await letters.open_letters(kafka, name) if name in SERVICES else [await letters.find(kafka, name)]
        await letters.replay(kafka, found)
        return len(found)

    console.print(f"{asyncio.run(put_back())} put back")
