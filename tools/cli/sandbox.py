"""`sandbox`: an installation of one's own, in which everybody but one agency is played."""

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.settings import Settings, load_settings
from domain.procedures import load_catalogue, load_directory
from lienthong_agency.signing import SigningKey
from tools.cli.demo import own_services, own_stack, ready
from tools.cli.main import app
from tools.operations.environment import ADMIN, SIMULATOR, NotReadyError, environment
from tools.operations.prepared_bus import prepare_bus
from tools.operations.processes import sigterm_like_ctrl_c, spawn, stop_all
from tools.operations.sandbox.listening import Listener
from tools.operations.sandbox.neighbours import HEARD, Errand, Neighbours, errands, lodging
from tools.operations.sandbox.opening import Sandbox, connect, opened
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
    """An installation of one's own for an agency's developer; all others are played.

    Dossiers keep coming for the agency until Ctrl-C.
    """
    sigterm_like_ctrl_c()
    directory, shared = load_directory(), load_settings().home
    made = opened(agency, home or shared / f"sandbox-{agency}", directory, shared)
    wanted = list(errands(agency, load_catalogue(directory=directory), directory))
    if not wanted:
        raise NotReadyError(f"no procedure has a step for {agency}: take an agency that plays a role in one")
    os.environ.update(made.variables)
    with ExitStack() as started:
        try:
            started.enter_context(own_stack())
            asyncio.run(prepare_bus(environment(ADMIN)))
            keys = asyncio.run(connect(made, environment(ADMIN), directory))
            settings = environment(SIMULATOR)
            processes = started.enter_context(own_services(settings))
            started.enter_context(_relay(settings))
            asyncio.run(ready(settings, processes))
            console.print(_what_next(made))
            asyncio.run(_play(agency, wanted, keys, settings, every))
        except KeyboardInterrupt:
            console.print("stopping")


@contextmanager
def _relay(settings: Settings) -> "Iterator[subprocess.Popen[bytes]]":
    """What fills the agency's inbox, its log in the home folder."""
    with (settings.home / "logs" / "relay.log").open("ab") as log:
        process = spawn("relay", stdout=log, stderr=log)
    try:
        yield process
    finally:
        stop_all([process])


async def _play(
    agency: str, wanted: list[Errand], keys: Mapping[str, SigningKey], settings: Settings, every: float
) -> None:
    """Play neighbours and citizens, until somebody ends it."""
    publisher = Publisher(settings.bus)
    voices = Voices(publisher, keys)
    neighbours = Neighbours(agency, voices)
    try:
        async with Listener(settings.bus, HEARD, neighbours.hear), asyncio.TaskGroup() as group:
            group.create_task(neighbours.work())
            group.create_task(lodging(neighbours, wanted, every, console.print))
    finally:
        await publisher.stop()


def _what_next(made: Sandbox) -> str:
    """The lines that tell a developer how to go on."""
    here = f"LIENTHONG_HOME={made.home} lienthong"
    return "\n".join(
        (
            f"The installation is open for {made.agency}. Your credentials: {made.credentials}",
            "Begin your program with them, for example",
            f"  python agency/examples/clerk.py {made.credentials}",
            "and see in other terminals what is said, and what your program does wrong:",
            f"  {here} tail --agency {made.agency} --follow",
            f"  {here} conformance --agency {made.agency}",
            "Dossiers for you are lodged as long as this runs. Ctrl-C ends everything.",
        )
    )
