"""`demo`: everything at once: the embedded stack, all services, and a simulated week for them."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import httpx
import typer
from rich.console import Console

from chassis.runtime.settings import Settings
from contracts.topics import SERVICES
from deploy.embedded import Stack
from tools.cli.main import app
from tools.cli.simulate import Dossiers, Seed, play_week
from tools.operations.environment import ADMIN, SIMULATOR, NotReadyError, environment
from tools.operations.identity import ISSUER, ask_who_calls
from tools.operations.prepared_bus import prepare_bus
from tools.operations.processes import sigterm_like_ctrl_c, spawn, stop_all, wait_for_any

READY_SECONDS = 60
"""A service that has to fold much anew takes some; one that takes longer has a fault that its log tells of."""

console = Console()


@app.command()
def demo(
    dossiers: Dossiers = 2000,
    seed: Seed = 1,
    once: Annotated[bool, typer.Option("--once", help="Stop everything after the summary")] = False,
) -> None:
    """Start the embedded stack and all services, play a week, print a summary, serve until Ctrl-C."""
    sigterm_like_ctrl_c()
    with ExitStack() as started:
        try:
            started.enter_context(own_stack())
            settings = environment(SIMULATOR)
            asyncio.run(prepare_bus(environment(ADMIN)))
            processes = started.enter_context(own_services(settings))
            asyncio.run(ready(settings, processes))
            asyncio.run(play_week(settings, environment(), dossiers, seed))
            if not once:
                console.print(_addresses(settings))
                raise NotReadyError(_died(wait_for_any(processes), settings))
        except KeyboardInterrupt:
            console.print("stopping")


@contextmanager
def own_stack() -> Iterator[None]:
    """The embedded stack, unless other servers are named or it runs already; stopped if it was started here."""
    stack = Stack.from_env()
    if os.environ.get("LIENTHONG_KAFKA") or any(server.state == "running" for server in stack.status()):
        yield
        return
    try:
        with console.status("starting the embedded stack") as status:
            stack.up(status.update)
        yield
    finally:
        with console.status("stopping the embedded stack"):
            stack.down()


@contextmanager
def own_services(settings: Settings) -> "Iterator[dict[str, subprocess.Popen[bytes]]]":
    """Every service as its own process, its log in the home folder."""
    os.environ.setdefault("LIENTHONG_SERVICE_TOKEN", os.urandom(16).hex())
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    issuing = [ISSUER] if ask_who_calls(settings, secure=settings.bus.says_who) else []
    try:
        for name in (*SERVICES, *issuing):
            with (folder / f"{name}-service.log").open("ab") as log:
                processes[name] = spawn(name, stdout=log, stderr=log)
        yield processes
    finally:
        with console.status("stopping the services"):
            stop_all(processes.values())


async def ready(settings: Settings, processes: "dict[str, subprocess.Popen[bytes]]") -> None:
    """Return when every service says that it is ready."""
    async with httpx.AsyncClient(timeout=2) as client:
        for name in SERVICES:
            try:
                async with asyncio.timeout(READY_SECONDS):
                    while not await _is_ready(client, settings.port_of(name)):
                        if processes[name].poll() is not None:
                            raise NotReadyError(_died(name, settings))
                        await asyncio.sleep(0.1)
            except TimeoutError:
                raise NotReadyError(f"{name} is not ready after {READY_SECONDS} s: {_log(settings, name)}") from None


async def _is_ready(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/health/ready")).is_success
    except httpx.HTTPError:
        return False


def _died(name: str, settings: Settings) -> str:
    return f"{name} ended by itself: {_log(settings, name)}"


def _log(settings: Settings, name: str) -> str:
    path = settings.home / "logs" / f"{name}-service.log"
    last = path.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
    return f"{last[:300]} (all of it in {path})"


def _addresses(settings: Settings) -> str:
    intake, rating = (f"http://127.0.0.1:{settings.operator_port_of(name)}/docs" for name in ("intake", "rating"))
    return f"serving until Ctrl-C · intake {intake} · rating {rating} · Kafka {settings.kafka}"
