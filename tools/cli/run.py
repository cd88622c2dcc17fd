"""`run`: services as processes."""

import asyncio
import importlib
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Annotated

import typer

from chassis.runtime.run import Runner
from chassis.runtime.telemetry import logs
from contracts.topics import SERVICES
from tools.cli.main import app
from tools.operations.environment import surroundings

STOP_SECONDS = 40


@app.command()
def run(
    services: Annotated[list[str], typer.Argument(help=f"One or more of {', '.join(SERVICES)}; or `all`")],
) -> None:
    """Run services until Ctrl-C. One runs in this process; several run as a process each, and stop together."""
    names = list(SERVICES) if services == ["all"] else services
    if unknown := sorted(set(names) - set(SERVICES)):
        raise typer.BadParameter(f"no service {unknown[0]}: there are {', '.join(SERVICES)}, and `all`")
    if len(names) > 1:
        raise typer.Exit(_run_together(names))
    _run_here(names[0])


def _run_here(name: str) -> None:
    settings = surroundings()
    logs.configure(settings.log_level, name)
    build = importlib.import_module(f"services.{name}.app").build
    asyncio.run(Runner(name, build, settings).run())


def spawn(name: str, **options: object) -> "subprocess.Popen[bytes]":
    """Start one service as a process of its own session, so that Ctrl-C reaches it through us alone."""
    command = [sys.executable, "-m", "tools.cli", "run", name]
    return subprocess.Popen(command, start_new_session=True, **options)  # type: ignore[call-overload,no-any-return]


def stop_all(started: "Iterable[subprocess.Popen[bytes]]") -> None:
    """Ask every process to finish and wait for it; kill what does not."""
    processes = list(started)
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _run_together(names: list[str]) -> int:
    """Run a process for each service; when one dies, stop the others and tell."""
    os.environ.setdefault("LIENTHONG_SERVICE_TOKEN", os.urandom(16).hex())
    processes: dict[str, subprocess.Popen[bytes]] = {}
    sigterm_like_ctrl_c()
    try:
        for name in names:
            processes[name] = spawn(name)
        dead = wait_for_any(processes)
        typer.echo(f"lienthong: {dead} ended by itself; stopping the others", err=True)
    except KeyboardInterrupt:
        return 0
    finally:
        stop_all(processes.values())
    return 1


def sigterm_like_ctrl_c() -> None:
    """Let SIGTERM unwind as Ctrl-C does, so that everything started is stopped."""

    def interrupted(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)


def wait_for_any(processes: "Mapping[str, subprocess.Popen[bytes]]") -> str:
    """Wait until one process ends; its name."""
    for name in itertools.cycle(processes):
        try:
            processes[name].wait(0.2)
        except subprocess.TimeoutExpired:
            continue
        break
    return name
