"""`replay`: an auditor's proof that the store follows from the streams."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from contracts.topics import SERVICES
from tools.cli.main import app
from tools.operations import replay as replaying
from tools.operations.environment import environment

console = Console()


@app.command()
def replay(
    service: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}")],
    until: Annotated[datetime | None, typer.Option(help="Only events up to this moment (with offset)")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Hold every document against the live store")] = False,
) -> None:
    """Fold a service's streams again from the beginning, without touching its store. Exit code 1 if they differ."""
    if service not in SERVICES:
        raise typer.BadParameter(f"no service {service}: there are {', '.join(SERVICES)}")
    if until is not None and until.tzinfo is None:
        until = until.astimezone()
    settings = environment()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"reading {service}'s streams", total=None)
        asked = replaying.replay(
            settings,
            service,
            until,
            with_store=compare,
            on_total=lambda total: progress.update(task, total=total),
            on_records=lambda count: progress.advance(task, count),
        )
        found = asyncio.run(asked)
    if isinstance(found, replaying.Folded):
        console.print(f"{service}: {found.events} events fold to {found.documents} documents")
    else:
        _print(found)
        raise typer.Exit(0 if found.same else 1)


def _print(found: replaying.Comparison) -> None:
    console.print(
        f"{found.events} events · {found.equal} equal · {len(found.different)} different · "
        f"{len(found.missing_live)} missing in the store · {len(found.missing_streams)} missing in the streams",
        highlight=False,
        soft_wrap=True,
    )
    for key, (folded, live) in list(found.different.items())[: replaying.SHOWN]:
        for name in sorted({*folded, *live}):
            if folded.get(name) != live.get(name):
                console.print(f"{key}.{name}\n  streams {folded.get(name)}\n  store   {live.get(name)}", markup=False)
    for where, keys in (("store", found.missing_live), ("streams", found.missing_streams)):
        for key in keys[: replaying.SHOWN]:
            console.print(f"{key} is missing in the {where}", markup=False)
