"""The cost of a report with many dossiers on record: the whole command, from its start to its last line."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.environment import Environment, environment
from bench.machine import store_server
from bench.workload import Dossiers
from chassis.core.decision import ReportRow
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.topics import read_event
from deploy.embedded.store import PROGRAM, PROGRAM_VARIABLE
from services.sla.report_row import row_of
from tools.operations.registry import all_services

DATABASE = "reported-"
BYS = ("agency", "step")
"""The quickest report and the slowest one."""

STAGES = (0.3, 0.6, 1.0, 1.0)
"""How far the histories of the stored dossiers have come: some are under way, most are over."""

MONTHS = tuple(f"2026-{month:02}" for month in range(1, 13))
MONTH_OF_HISTORIES = "2026-03"
PAGE = 2_000
"""Lines stored at once: filling the store is not what is measured."""


@dataclass(frozen=True)
class Plan:
    """How many dossiers are stored, and how often every report is made."""

    dossiers: int
    rounds: int


@dataclass(frozen=True)
class Reported:
    """The measures on one store.

    Attributes:
        store: the server, with its version.
        dossiers: how many have a line; `filled_seconds`: how long it took to store them.
        seconds: of each command, by what its rows stand for.
    """

    store: str
    dossiers: int
    filled_seconds: float
    seconds: dict[str, list[float]] = field(default_factory=dict)


async def reported(plan: Plan, tell: Callable[[str], None]) -> list[Reported]:
    """Measure on the store that is installed with everything else, and on the fast one where it is built."""
    found = [await _on_this_store(plan, tell)]
    if not found[0].store.startswith(PROGRAM):
        with _store_in_python():
            found.append(await _on_this_store(plan, tell))
    return found


@contextmanager
def _store_in_python() -> Iterator[None]:
    before = os.environ.get(PROGRAM_VARIABLE)
    os.environ[PROGRAM_VARIABLE] = str(Path(sys.executable).with_name(PROGRAM))
    try:
        yield
    finally:
        del os.environ[PROGRAM_VARIABLE]
        if before is not None:
            os.environ[PROGRAM_VARIABLE] = before


async def _on_this_store(plan: Plan, tell: Callable[[str], None]) -> Reported:
    async with environment(("sla",)) as servers:
        result = Reported(store_server(), plan.dossiers, await _filled(plan, servers), {by: [] for by in BYS})
        tell(f"{result.store}: {plan.dossiers:,} dossiers stored in {result.filled_seconds:.0f} s")
        for _ in range(plan.rounds):
            for by in BYS:
                result.seconds[by].append(_command(by, plan, servers))
                tell(f"{result.store}: report by {by} {result.seconds[by][-1]:.2f} s")
    return result


def _command(by: str, plan: Plan, servers: Environment) -> float:
    """Seconds of one whole command, which has to have counted every dossier, or attempt at a step."""
    stores = json.dumps(dict.fromkeys(all_services(Settings()), servers.stores["sla"]))
    variables = {
        "LIENTHONG_KAFKA": servers.bus.servers,
        "LIENTHONG_STORES": stores,
        "LIENTHONG_DATABASE_PREFIX": DATABASE,
    }
    asked = ["report", "deadlines", "--by", by, "--format", "json"]
    began = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "-m", "tools.cli", *asked],
        env={**os.environ, **variables},
        check=True,
        capture_output=True,
    )
    took = time.perf_counter() - began
    counted = json.loads(told.stdout)["total"]["received"]
    if counted < plan.dossiers:
        raise RuntimeError(f"the report by {by} counted {counted} of {plan.dossiers}: lines are missing")
    return took


async def _filled(plan: Plan, servers: Environment) -> float:
    """Store the lines of the plan's dossiers, which are all that a report reads; seconds."""
    store = MongoStore(servers.stores["sla"], f"{DATABASE}sla")
    await store.prepare(all_services(Settings())["sla"].indexes)
    lines = _lines()
    began = time.perf_counter()
    for at in range(0, plan.dossiers, PAGE):
        numbers = range(at, min(at + PAGE, plan.dossiers))
        await store.database.lines.insert_many([_stored(lines[number % len(lines)], number) for number in numbers])
    store.close()
    return time.perf_counter() - began


def _lines() -> list[ReportRow]:
    """Lines as sla makes them, of each history at several stages, the last one twice."""
    service = all_services(Settings())["sla"]
    found = []
    for history in Dossiers.usual().histories:
        facts = [read_event(topic, text.encode()) for _, topic, text in history.events]
        stages = [service.fold(facts[: max(1, round(len(facts) * stage))]) for stage in STAGES]
        found += [line for state in stages if (line := row_of(state))]
    return found


def _stored(line: ReportRow, number: int) -> dict[str, Any]:
    """Such a line as the store keeps it, as if of another dossier of any month, on the live timeline."""
    month = MONTHS[number * 7 % len(MONTHS)]
    return {
        "_id": f"H29-{number:07}",
        "v": 1,
        "place": f"live|{month}",
        "text": line.text.replace(MONTH_OF_HISTORIES, month, 1),
    }
