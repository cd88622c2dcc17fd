"""`sandbox`: a shop of one's own, in which everybody but one agency is played."""

import asyncio
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.settings import Settings
from domain.procedures import load_catalogue, load_directory
from tools.cli.demo import own_services, own_stack, ready
from tools.cli.main import app
from tools.operations.environment import ADMIN, SIMULATOR, NotReadyError, environment
from tools.operations.prepared_bus import prepare_bus
from tools.operations.processes import sigterm_like_ctrl_c
from tools.operations.sandbox import keys
from tools.operations.sandbox.listening import Listener
from tools.operations.sandbox.neighbours import HEARD, Neighbours, errands, lodging
from tools.operations.sandbox.opening import Sandbox, hand_out, opened, surroundings
from tools.operations.sandbox.voices import Voices

EVERY = 20.0
"""Seconds between two dossiers. A developer who looks at each needs some; shorter floods him, longer bores him."""

console = Console(highlight=False, soft_wrap=True)


@app.command()
def sandbox(
    agency: Annotated[str, typer.Option(help="Your agency's code, for example H29.04.01")],
    home: Annotated[Path | None, typer.Option(help="Folder of its own [default: .lienthong/sandbox-CODE]")] = None,
    every: Annotated[float, typer.Option(min=1, max=3600, help="Seconds between two dossiers for you")] = EVERY,
) -> None:
    """Run a shop in which all but your agency is played, and dossiers keep coming for you. Ctrl-C ends it."""
    sigterm_like_ctrl_c()
    directory = load_directory()
    shared = environment_home()
    found = opened(agency, home or shared / f"sandbox-{agency}", directory, shared)
    os.environ.update(surroundings(found))
    with ExitStack() as started:
        try:
            started.enter_context(own_stack())
            asyncio.run(prepare_bus(environment(ADMIN)))
            folder = hand_out(found, environment(SIMULATOR).bus)
            asyncio.run(_publish_keys(found, environment(SIMULATOR)))
            processes = started.enter_context(own_services(environment(SIMULATOR)))
            asyncio.run(ready(environment(SIMULATOR), processes))
            console.print(_what_next(found, folder))
            asyncio.run(_play(found, environment(SIMULATOR), every))
        except KeyboardInterrupt:
            console.print("stopping")


def environment_home() -> Path:
    """The usual home, before this process belongs to the sandbox."""
    return Settings().home


async def _publish_keys(found: Sandbox, settings: Settings) -> None:
    publisher = Publisher(settings.bus)
    try:
        await keys.publish(publisher, found.root, found.keys)
    finally:
        await publisher.stop()


async def _play(found: Sandbox, settings: Settings, every: float) -> None:
    """Play neighbours and citizens, until somebody ends it."""
    directory = load_directory()
    wanted = list(errands(found.agency, load_catalogue(directory=directory), directory))
    if not wanted:
        raise NotReadyError(f"no procedure has a step for {found.agency}: only `lienthong conformance` gives it any")
    publisher = Publisher(settings.bus)
    voices = Voices(publisher, found.keys)
    neighbours = Neighbours(found.agency, voices)
    try:
        async with Listener(settings.bus, HEARD, neighbours.hear), asyncio.TaskGroup() as group:
            group.create_task(neighbours.work())
            group.create_task(lodging(voices, wanted, every, console.print))
    finally:
        await publisher.stop()


def _what_next(found: Sandbox, folder: Path) -> str:
    """The lines that tell a developer how to go on."""
    home = f"LIENTHONG_HOME={found.home}"
    return "\n".join(
        (
            f"The shop of {found.agency} is open. Your credentials: {folder}",
            f"  a program that does the work:  python agency/examples/clerk.py {folder}",
            f"  what is said on the bus:       {home} lienthong tail --agency {found.agency} --follow",
            f"  what your program does wrong:  {home} lienthong conformance --agency {found.agency}",
            "Dossiers for you are lodged as long as this runs. Ctrl-C ends everything.",
        )
    )
