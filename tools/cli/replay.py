"""`replay`: an auditor's proof that the store follows from the streams."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from chassis.runtime.bus.admin import Admin
from contracts.topics import SERVICES
from tools.cli.main import app
from tools.operations import replay as replaying
from tools.operations.environment import store_of, surroundings
from tools.operations.registry import all_services

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
    found = asyncio.run(_replay(service, until, compare=compare))
    if found is not None:
        _print(found)
        raise typer.Exit(0 if found.same else 1)


async def _replay(name: str, until: datetime | None, *, compare: bool) -> replaying.Comparison | None:
    settings = surroundings()
    service = all_services(settings)[name]
    async with Admin(settings.kafka) as admin:
        total = sum((await admin.ends(service.recorded_topics)).values())
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"reading {name}'s streams", total=total)
        facts = await replaying.read_facts(settings.kafka, service, until, lambda count: progress.advance(task, count))
    if compare:
        store = store_of(settings, name)
        try:
            return await replaying.compare(service, facts, store)
        finally:
            store.close()
    states = {key: service.fold(events) for key, events in facts.items()}
    console.print(f"{name}: {sum(map(len, facts.values()))} events fold to {len(states)} documents")
    return None


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
