"""What it costs to have many dossiers: the same events, and the same sweep, with ten thousand and with a million."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from bench.course import Batch, Contender, Course, Run, course
from bench.lives import TIMELINE
from bench.place import Place, place
from bench.profiling import Sink, as_read
from bench.throughput import SLA, WARM_FROM
from bench.workload import START, Dossiers, Sent, stream, under_way
from chassis.bus import Publisher
from chassis.document import Document, Fact
from chassis.loop import Loop
from chassis.memory import MemoryStore
from chassis.settings import Settings
from chassis.store import MongoStore
from contracts.topics import DEFAULT_PARTITIONS
from services.cli.shop import all_services

PAGE = 500
WRITERS = 4
"""Pages on their way at once."""

FACTS = 2
"""Events of every stored dossier: received, and handed over for the first time."""

DUE = START - timedelta(days=1)
"""When the timers that a sweep meets are due; all others lie far ahead."""

LATER = START + timedelta(days=3650)


@dataclass(frozen=True)
class Stored:
    """What was measured with so many dossiers in the store.

    Attributes:
        dossiers: how many.
        filled_seconds: how long it took to store them.
        runs: of sla, over events of stored dossiers that are picked at random.
        sweeps: seconds of each sweep that met `due` timers.
    """

    dossiers: int
    filled_seconds: float
    runs: list[Run]
    due: int
    sweeps: list[float]


@dataclass(frozen=True)
class Plan:
    """How much: dossiers in the store, events and due timers measured, how often."""

    dossiers: int
    events: int
    due: int
    rounds: int

    def picked(self, turn: int) -> list[int]:
        """The dossiers that something happens to in one round: others each time, as long as there are any."""
        numbers = Random("picked").sample(range(self.dossiers), min(self.dossiers, self.events * self.rounds))  # noqa: S311
        mine = numbers[turn * self.events : (turn + 1) * self.events]
        return mine if len(mine) == self.events else numbers[: self.events]


async def stored(plans: Sequence[Plan], tell: Callable[[str], None]) -> list[Stored]:
    """Measure one plan after the other, each in its own database on the same servers."""
    async with place(("sla",)) as servers, course(servers) as track:
        return [await _stored(plan, servers, track, tell) for plan in plans]
