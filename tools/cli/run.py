"""`run`: services as processes."""

import asyncio
import importlib
from typing import Annotated

import typer

from chassis.runtime.run import Runner
from chassis.runtime.telemetry import logs
from contracts.topics import SERVICES
from tools.cli.main import app
from tools.operations.access_plan import RELAY
from tools.operations.environment import environment, known_bus, local_settings
from tools.operations.identity import ISSUER, ask_who_calls, identity_of_process, serve_issuer
from tools.operations.processes import run_together
from tools.operations.relay.running import Relay

PROCESSES = (*SERVICES, RELAY, ISSUER)
"""Everything that runs as a process of its own."""


@app.command()
def run(
    services: Annotated[list[str], typer.Argument(help=f"One or more of {', '.join(PROCESSES)}; or `all`")],
) -> None:
    """Run services until Ctrl-C. One runs in this process; several run as a process each, and stop together.

    `all` is all services. Where the bus asks who somebody is, it is also the relay, for there agencies read its inboxes
    alone; and the issuer for development, unless LIENTHONG_ISSUER names another one or `none`.
    """
    names = _all() if services == ["all"] else services
    if unknown := sorted(set(names) - set(PROCESSES)):
        raise typer.BadParameter(f"no service {unknown[0]}: there are {', '.join(PROCESSES)}, and `all`")
    if len(names) > 1:
        raise typer.Exit(run_together(names, _tell_of_death))
    _run_here(names[0])


def _all() -> list[str]:
    bus = known_bus()
    issuing = [ISSUER] if ask_who_calls(local_settings(), secure=bus.says_who) else []
    return [*SERVICES, *([RELAY] if bus.says_who else []), *issuing]


def _run_here(name: str) -> None:
    if name == ISSUER:
        asyncio.run(serve_issuer(local_settings()))
        return
    settings = environment(name)
    logs.configure(settings.log_level, name)
    if name == RELAY:
        asyncio.run(Relay(settings).run())
        return
    build = importlib.import_module(f"services.{name}.app").build
    asyncio.run(Runner(name, build, settings, identity_of_process(settings, name)).run())


def _tell_of_death(name: str) -> None:
    typer.echo(f"lienthong: {name} ended by itself; stopping the others", err=True)
