"""`notify`: messages that did not reach their readers, and sending one again."""

import asyncio
import getpass
import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis.runtime import clock
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from contracts.notify import ResendRequested
from services.notify.queries import Stranded, stranded
from tools.cli.main import app
from tools.operations.environment import store_of, surroundings
from tools.operations.resending import ResendError, request

MAX_WHY = 200
"""Characters of a reason, as the contract allows."""

notify_app = typer.Typer(help="Messages that did not reach their readers.", no_args_is_help=True)
app.add_typer(notify_app, name="notify")
console = Console()


@notify_app.command("list")
def list_stranded(
    unit: Annotated[str | None, typer.Option(help="Only of this receiving unit")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts")] = False,
) -> None:
    """What no carrier took, may have lost, or could only leave at the counter: somebody has to look after it."""
    found = asyncio.run(_stranded(unit))
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        return
    table = Table("dossier", "unit", "message", "template", "status", "given up")
    for one in found:
        row = (one.dossier, one.unit, one.message_id, one.template, one.status, ", ".join(one.given_up))
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
    if not 0 < len(why.strip()) <= MAX_WHY:
        raise ResendError(f"say why in 1 to {MAX_WHY} characters: --why 'the mail server lost its queue'")
    data = ResendRequested(message_id=message, by=by or getpass.getuser(), why=why.strip())
    asked = asyncio.run(_resend(dossier, data))
    typer.echo("asked for" if asked else "was asked for before: see `lienthong notify list` for what became of it")


async def _stranded(unit: str | None) -> list[Stranded]:
    store = store_of(surroundings(), "notify")
    try:
        return [one async for one in stranded(store, unit)]
    finally:
        store.close()


async def _resend(dossier: str, data: ResendRequested) -> bool:
    settings = surroundings()
    store, publisher = store_of(settings, "notify"), Publisher(settings.kafka)
    try:
        event = request(await store.state_of({"_id": dossier}), data, clock.now())
        await publisher([message_of(event)] if event else [])
        return event is not None
    finally:
        await publisher.stop()
        store.close()
