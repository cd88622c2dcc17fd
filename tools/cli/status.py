"""`status`: what the shop has done and has to do."""

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console

from contracts.envelope import LIVE
from tools.cli.main import app
from tools.cli.table import summary
from tools.operations.environment import environment
from tools.operations.status import figures

console = Console()


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False,
    timeline: Annotated[str, typer.Option(help="Of this clock: an import or a simulation has its own")] = LIVE,
) -> None:
    """What the shop has done and has to do: dossiers, ratings, notifications of one timeline; the bus as a whole."""
    found = asyncio.run(figures(environment(), timeline))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        console.print(summary(found))
