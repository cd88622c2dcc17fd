"""All measures, one after the other, and what they are written to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from bench import flow as flows
from bench import reporting as reports
from bench import stored as stores
from bench.flow import flow
from bench.machine import machine, store_server, versions
from bench.replay import replay
from bench.report import NOTES, render
from bench.reporting import reported
from bench.results import Results
from bench.stored import stored
from bench.throughput import Sizes, throughput
from bench.workload import under_way
from chassis.runtime import clock
from deploy.embedded import kafka, store


@dataclass(frozen=True)
class Scale:
    """How much of everything."""

    throughput: Sizes
    flow: flows.Plan
    stored: tuple[stores.Plan, ...]
    replayed: int
    replays: int
    reported: reports.Plan


FULL = Scale(
    throughput=Sizes(events=48_000, handler_events=1_500, rounds=3),
    flow=flows.Plan(dossiers=2_500, half_dossiers=1_000),
    stored=tuple(stores.Plan(number, events=10_000, due=1_000, rounds=3) for number in (10_000, 1_000_000)),
    replayed=60_000,
    replays=3,
    reported=reports.Plan(dossiers=100_000, rounds=5),
)
"""Some fifteen minutes on two cores that do nothing else."""

QUICK = Scale(
    throughput=Sizes(events=1_000, handler_events=100, rounds=1, warm_events=400),
    flow=flows.Plan(dossiers=20, half_dossiers=10, under_way=10),
    stored=tuple(stores.Plan(number, events=200, due=50, rounds=1) for number in (500, 1_000)),
    replayed=1_000,
    replays=1,
    reported=reports.Plan(dossiers=1_000, rounds=1),
)
"""A minute or two: shows that everything can be measured. Its figures say nothing."""


async def run_suite(scale: Scale, folder: Path, tell: Callable[[str], None], only: tuple[str, ...] = ()) -> None:
    """Measure everything, or not all contenders, and keep what is there after every measure: a later one may fail."""
    tell(f"store: {store_server()}")
    found = Results(clock.now().date().isoformat(), machine(), versions(), _settings(scale))
    for name, measure in _measures(scale, tell, only).items():
        found = replace(found, **{name: await measure()})
        write(found, folder)


def _measures(
    scale: Scale, tell: Callable[[str], None], only: tuple[str, ...]
) -> dict[str, Callable[[], Awaitable[Any]]]:
    """The measures, by their names among the results."""
    return {
        "runs": partial(throughput, scale.throughput, tell, only),
        "flow": partial(flow, scale.flow, tell),
        "replays": partial(replay, scale.replayed, scale.replays),
        "reported": partial(reported, scale.reported, tell),
        "stored": partial(stored, scale.stored, tell),
    }


def write(results: Results, folder: Path) -> None:
    """Both files."""
    folder.mkdir(parents=True, exist_ok=True)
    results.write(folder / "benchmarks.json")
    (folder / "benchmarks.md").write_text(render(results, NOTES.read_text(encoding="utf-8")), encoding="utf-8")


def _settings(scale: Scale) -> dict[str, str]:
    sizes, handler = scale.throughput, scale.throughput.handler_events
    return {
        "broker": f"one, {' '.join(kafka.OPTIONS)}, replication 1, acks=all everywhere",
        "store settings": f"cache {store.CACHE}, log synced at every commit, write concern majority with journal",
        "events a round": f"{sizes.events:,}, {under_way(sizes.events):,} dossiers under way",
        "events a round of the handler": f"{handler:,}, {under_way(handler):,} dossiers under way",
        "warm-up": f"{sizes.warm_events:,} events of other dossiers; the handler's {sizes.warm_events // 20:,}",
        "rounds": f"{sizes.rounds}, each in the opposite order of the one before",
    }
