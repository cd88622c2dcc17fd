"""`run`: services as processes."""

import asyncio
import importlib
from typing import Annotated

import typer

from chassis.runtime.run import Runner
from chassis.runtime.telemetry import logs
from contracts.topics import SERVICES
from tools.cli.main import app
from tools.operations.environment import environment
from tools.operations.processes import run_together


@app.command()
def run(
    services: Annotated[list[str], typer.Argument(help=f"One or more of {', '.join(SERVICES)}; or `all`")],
) -> None:
    """Run services until Ctrl-C. One runs in this process; several run as a process each, and stop together."""
    names = list(SERVICES) if services == ["all"] else services
    if unknown := sorted(set(names) - set(SERVICES)):
        raise typer.BadParameter(f"no service {unknown[0]}: there are {', '.join(SERVICES)}, and `all`")
    if len(names) > 1:
        raise typer.Exit(run_together(names, _tell_of_death))
    _run_here(names[0])


def _run_here(name: str) -> None:
    settings = environment(name)
    logs.configure(settings.log_level, name)
    build = importlib.import_module(f"services.{name}.app").build
    asyncio.run(Runner(name, build, settings).run())


def _tell_of_death(name: str) -> None:
    typer.echo(f"lienthong: {name} ended by itself; stopping the others", err=True)
