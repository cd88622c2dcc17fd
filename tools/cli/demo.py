"""`simulate` and `demo`: a province for the services to serve."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.live import Live

from chassis.runtime.bus.admin import Admin
from chassis.runtime.settings import Settings
from contracts.claims import ClockTicked
from contracts.topics import SERVICES
from deploy.embedded import Stack
from domain.procedures import load_catalogue, load_directory
from domain.worktime import ZONE, load_calendar
from tools.cli.main import app
from tools.cli.run import sigterm_like_ctrl_c, spawn, stop_all, wait_for_any
from tools.cli.table import render, summary
from tools.operations.environment import NotReadyError, surroundings
from tools.operations.registry import groups
from tools.operations.status import figures
from tools.simulator import KafkaBus, Moment, Plan, next_plan, note, play

FIRST_WEEK = datetime(2026, 1, 5, 7, 30, tzinfo=ZONE)
READY_SECONDS = 60
LOOK_SECONDS = 2.0
console = Console()

Dossiers = Annotated[int, typer.Option(min=1, max=100_000, help="How many citizens apply in the week")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same choices")]


@app.command()
def simulate(dossiers: Dossiers = 2000, seed: Seed = 1) -> None:
    """Play a week of a province to services that are running, on a timeline of its own; then print a summary."""
    settings = surroundings()
    try:
        asyncio.run(_week(settings, dossiers, seed))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


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
            started.enter_context(_stack())
            settings = surroundings()
            asyncio.run(_apply_topics(settings))
            processes = started.enter_context(_services(settings))
            asyncio.run(_ready(settings, processes))
            asyncio.run(_week(settings, dossiers, seed))
            if not once:
                console.print(_addresses(settings))
                raise NotReadyError(_died(wait_for_any(processes), settings))
        except KeyboardInterrupt:
            console.print("stopping")


@contextmanager
def _stack() -> Iterator[None]:
    """The embedded stack, unless other servers are named or it runs already; stopped if it was started here."""
    stack = Stack.from_env()
    if os.environ.get("LIENTHONG_KAFKA") or any(one.state == "running" for one in stack.status()):
        yield
        return
    try:
        with console.status("starting the embedded stack") as status:
            stack.up(status.update)
        yield
    finally:
        with console.status("stopping the embedded stack"):
            stack.down()


async def _apply_topics(settings: Settings) -> None:
    async with Admin(settings.kafka) as admin:
        await admin.apply()


@contextmanager
def _services(settings: Settings) -> "Iterator[dict[str, subprocess.Popen[bytes]]]":
    """Every service as its own process, its log in the home folder."""
    os.environ.setdefault("LIENTHONG_SERVICE_TOKEN", os.urandom(16).hex())
    folder = settings.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in SERVICES:
            with (folder / f"{name}-service.log").open("ab") as log:
                processes[name] = spawn(name, stdout=log, stderr=log)
        yield processes
    finally:
        with console.status("stopping the services"):
            stop_all(processes.values())


async def _ready(settings: Settings, processes: "dict[str, subprocess.Popen[bytes]]") -> None:
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
    intake, rating = (f"http://127.0.0.1:{settings.port_of(name)}/docs" for name in ("intake", "rating"))
    return f"serving until Ctrl-C · intake {intake} · rating {rating} · Kafka {settings.kafka}"


async def _week(settings: Settings, dossiers: int, seed: int) -> None:
    """Play the next week with a live table of what the services make of it, then the summary."""
    plan = next_plan(settings.home, dossiers, seed, FIRST_WEEK)
    note(settings.home, plan)
    async with Admin(settings.kafka) as admin:
        partitions = (await admin.topics())[ClockTicked.TYPE]
    with Live(console=console, transient=True, auto_refresh=False) as live:
        now: list[Moment] = []
        watching = asyncio.create_task(_watch(settings, plan.timeline, lambda found: _show(live, found, now)))
        try:
            async with KafkaBus(settings.kafka, partitions, plan.timeline, _tell_of_waiting) as bus:
                await _play(settings, plan, bus, now)
            async with Admin(settings.kafka) as admin:
                await admin.settled(groups(settings))
        finally:
            watching.cancel()
    console.print(summary(await figures(settings, plan.timeline)))


def _tell_of_waiting(services: Sequence[str]) -> None:
    console.print(f"waiting for {', '.join(services)}: without them the week can not go on", highlight=False)


async def _play(settings: Settings, plan: Plan, bus: KafkaBus, now: list[Moment]) -> None:
    directory = load_directory()
    catalogue, calendar = load_catalogue(directory=directory), load_calendar(settings.calendar)

    def on_window(moment: Moment) -> None:
        now[:] = [moment]
        if not console.is_terminal and moment.at.astimezone(ZONE).hour == FIRST_WEEK.hour:
            console.print(f"{moment} · {moment.told} claims told, {moment.heard} events heard", highlight=False)

    await play(plan, bus, catalogue, directory, calendar, on_window=on_window)


async def _watch(settings: Settings, timeline: str, show: Callable[[dict[str, Any]], None]) -> None:
    while console.is_terminal:
        show(await figures(settings, timeline))
        await asyncio.sleep(LOOK_SECONDS)


def _show(live: Live, found: dict[str, Any], now: list[Moment]) -> None:
    live.update(render(found, str(now[0]) if now else None), refresh=True)
