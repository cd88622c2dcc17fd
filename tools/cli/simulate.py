"""`simulate`: a week of simulated citizens and agencies, played to services that are running."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live

from chassis.runtime.bus.admin import Admin
from chassis.runtime.settings import Settings
from contracts.watermarks import ClockTicked
from domain.procedures import load_catalogue, load_directory
from domain.worktime import ZONE, load_calendar
from tools.cli.main import app
from tools.cli.table import render, summary
from tools.operations.environment import SIMULATOR, environment
from tools.operations.registry import groups
from tools.operations.status import figures
from tools.signing import keys_in
from tools.simulator import KafkaBus, Moment, Plan, next_plan, play, save_checkpoint

FIRST_WEEK = datetime(2026, 1, 5, 7, 30, tzinfo=ZONE)
"""A Monday at the opening of the offices. Each run takes the week after the last one."""

LOOK_SECONDS = 2.0
"""Between two looks at the figures: each asks every store, which has better things to do."""

console = Console()

Dossiers = Annotated[int, typer.Option(min=1, max=100_000, help="How many citizens apply in the week")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same choices")]


@app.command()
def simulate(dossiers: Dossiers = 2000, seed: Seed = 1) -> None:
    """Play a week of a province to services that are running, on a timeline of its own; then print a summary."""
    try:
        asyncio.run(play_week(environment(SIMULATOR), environment(), dossiers, seed))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


async def play_week(settings: Settings, operator: Settings, dossiers: int, seed: int) -> None:
    """Play the next week with a live table of what the services make of it, then the summary.

    Args:
        settings: of the simulator, who may speak for everybody outside.
        operator: of the operator, who may see how far the services are.
        dossiers: how many citizens apply.
        seed: the same one makes the same choices.
    """
    plan = next_plan(settings.home, dossiers, seed, FIRST_WEEK)
    save_checkpoint(settings.home, plan)
    keys = keys_in(settings.signing_keys)
    async with Admin(settings.bus) as admin:
        partitions = (await admin.topics())[ClockTicked.TYPE]
    with Live(console=console, transient=True, auto_refresh=False) as live:
        now: list[Moment] = []
        watching = asyncio.create_task(_watch(operator, plan.timeline, lambda found: _show(live, found, now)))
        try:
            async with KafkaBus(settings.bus, partitions, plan.timeline, _tell_of_waiting, keys) as bus:
                await _play(settings, plan, bus, now)
            async with Admin(operator.bus) as admin:
                await admin.settled(groups(operator))
        finally:
            watching.cancel()
    console.print(summary(await figures(operator, plan.timeline)))


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
