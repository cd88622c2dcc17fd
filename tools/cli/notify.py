"""`notify`: messages that did not reach their readers, and sending one again."""

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tools.cli.main import app
from tools.cli.operator import operator
from tools.operations.environment import environment
from tools.operations.resending import list_stranded, resend_message

notify_app = typer.Typer(help="Messages that did not reach their readers.", no_args_is_help=True)
app.add_typer(notify_app, name="notify")
console = Console()


@notify_app.command("list")
def list_them(
    unit: Annotated[str | None, typer.Option(help="Only of this receiving unit")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False,
) -> None:
    """What no carrier took, may have lost, or could only leave at the counter: somebody has to look after it."""
    found = asyncio.run(list_stranded(environment(), unit))
    if as_json:
        typer.echo(json.dumps([asdict(message) for message in found], ensure_ascii=False, indent=1))
        return
    table = Table("dossier", "unit", "message", "template", "status", "given up")
    for message in found:
        row = (
            message.dossier,
            message.unit,
            message.message_id,
            message.template,
            message.status,
            ", ".join(message.given_up),
        )
        table.add_row(*map(Text, row))
    console.print(table if found else "every message reached its reader, as far as is known")


@notify_app.command()
def resend(
    dossier: Annotated[str, typer.Argument(help="Dossier code, or the submission's id")],
    message: Annotated[str, typer.Argument(help="Message id, as `notify list` tells it")],
    why: Annotated[str, typer.Option(help="In words, without names and addresses; stays on record")],
    by: Annotated[str, typer.Option(help="Who does it; without it, the user of this computer")] = "",
) -> None:
    """Have a message sent once more, by all media anew. A second time it changes nothing: ask for the new one then."""
    asked = asyncio.run(resend_message(environment(), dossier, message, by or operator(), why))
    typer.echo("asked for" if asked else "was asked for before: see `lienthong notify list` for what became of it")
