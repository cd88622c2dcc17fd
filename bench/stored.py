"""The cost of many dossiers: the same events, and the same sweep, with ten thousand and with a million."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from random import Random

from aiokafka.partitioner import DefaultPartitioner

from bench.contender import Batch, Run
from bench.environment import Environment, environment
from bench.profiling import Sink, as_read
from bench.runner import Runner, runner
from bench.throughput import SLA, WARM_FROM
from bench.workload import HISTORIES, START, Dossiers, stream, under_way
from chassis.core.document import Document, Fact
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.store.mongo import MongoStore
from contracts.topics import DEFAULT_PARTITIONS
from tools.operations.registry import all_services

PAGE = 500
"""Documents stored at once, in one transaction."""

WRITERS = 3
"""Pages on their way to the store at once."""

FACTS = 2
"""Events of every stored dossier: received, and handed over for the first time."""

LATER = START + timedelta(days=3650)
"""When the timers are due that no sweep meets."""

LEAD = 3000
"""Records published ahead of what is committed: more than sla takes at once, so that it never waits for the feed."""


@dataclass(frozen=True)
class Plan:
    """How much is stored and measured: dossiers, events a round, due timers a round, rounds."""

    dossiers: int
    events: int
    due: int
    rounds: int

    @property
    def database(self) -> str:
        """Prefix of its database."""
        return f"stored{self.dossiers}-"

    def picked(self, turn: int) -> list[int]:
        """The dossiers that something happens to in one round: none of those that a sweep is to meet."""
        others = [number for number in range(self.dossiers) if self.sweep_of(number) is None]
        return Random(f"{turn}").sample(others, min(self.events, len(others)))  # noqa: S311

    def sweep_of(self, number: int) -> int | None:
        """In which round's sweep a dossier is due; most are due in none."""
        turn, rest = divmod(number, self.dossiers // self.rounds)
        return turn if rest < self.due and turn < self.rounds else None


@dataclass(frozen=True)
class Stored:
    """The measures with so many dossiers in the store.

    Attributes:
        dossiers: how many; `filled_seconds`: how long it took to store them.
        runs: of sla, over events of stored dossiers that are picked at random.
        due: timers that every sweep met; `sweeps`: seconds of each.
    """

    dossiers: int
    filled_seconds: float
    due: int
    runs: list[Run] = field(default_factory=list)
    sweeps: list[float] = field(default_factory=list)


async def stored(plans: Sequence[Plan], tell: Callable[[str], None]) -> list[Stored]:
    """Fill a database for every plan, then measure them in turns, to and fro."""
    async with environment(("sla",)) as servers, runner(servers) as bench:
        found = [Stored(plan.dossiers, await _filled(plan, servers), plan.due) for plan in plans]
        tell(", ".join(f"{result.dossiers:,} stored in {result.filled_seconds:.0f} s" for result in found))
        pairs = list(zip(plans, found, strict=True))
        for turn in range(plans[0].rounds):
            for plan, result in pairs if turn % 2 == 0 else pairs[::-1]:
                result.runs.append(await _run(plan, turn, bench))
                result.sweeps.append(await _sweep(plan, turn, bench))
                rate, swept = result.runs[-1].rate, result.sweeps[-1]
                tell(f"{plan.dossiers:9,} dossiers: {rate:,.0f} events/s, sweep of {plan.due:,} due {swept:.2f} s")
    return found


async def _run(plan: Plan, turn: int, bench: Runner) -> Run:
    """The next event of dossiers picked at random."""
    dossiers = Dossiers.usual()
    records = [dossiers.records(number)[FACTS + turn] for number in plan.picked(turn)]
    warm = list(stream(dossiers, 1000, WARM_FROM * (turn + 1)))
    return await bench.run(SLA, Batch(warm, under_way(len(warm))), Batch(records, LEAD), plan.database)


async def _sweep(plan: Plan, turn: int, bench: Runner) -> float:
    """Seconds of one sweep, at the moment when the last of its dossiers is due; the others are late by then."""
    now = max(template.doc.due for template in await _templates() if template.doc.due)
    store = MongoStore(bench.environment.stores["sla"], f"{plan.database}sla")
    try:
        loop = Loop(all_services(Settings())["sla"], store, bench.bus.publisher)
        began = time.perf_counter()
        swept = await loop.sweep(range(DEFAULT_PARTITIONS), _clock(turn), now)
        took = time.perf_counter() - began
    finally:
        store.close()
    if swept < plan.due:
        raise RuntimeError(f"a sweep met {swept} timers of {plan.due} that were due: the stored ones are not as meant")
    return took


async def _filled(plan: Plan, servers: Environment) -> float:
    """Store the plan's dossiers; seconds."""
    service = all_services(Settings())["sla"]
    store = MongoStore(servers.stores["sla"], f"{plan.database}sla")
    await store.prepare(service.indexes)
    templates, pages = await _templates(), _pages(plan)
    began = time.perf_counter()

    async def write() -> None:
        for numbers in pages:
            await store.save([_copy(templates[number % HISTORIES], number, plan) for number in numbers])

    await asyncio.gather(*(write() for _ in range(WRITERS)))
    store.close()
    return time.perf_counter() - began


def _pages(plan: Plan) -> Iterator[range]:
    return (range(at, min(at + PAGE, plan.dossiers)) for at in range(0, plan.dossiers, PAGE))


@dataclass(frozen=True)
class Template:
    """A stored document and what its copies are made from."""

    doc: Document
    state: str
    facts: tuple[Fact, ...]


async def _templates() -> list[Template]:
    """The document of each history after its first events, as sla itself makes it."""
    store = MemoryStore()
    loop = Loop(all_services(Settings())["sla"], store, Sink().publish)
    histories = [Dossiers.usual().records(number)[:FACTS] for number in range(HISTORIES)]
    await loop.process(as_read([record for history in histories for record in history]))
    docs = await store.load([history[0].key.decode() for history in histories], with_history=True)
    return [_template(docs[history[0].key.decode()]) for history in histories]


def _template(doc: Document) -> Template:
    facts = tuple(replace(fact, version=1, cause=1) for fact in doc.facts.values())
    return Template(doc, json.dumps(doc.state), facts)


def _copy(template: Template, number: int, plan: Plan) -> Document:
    """The same document as another dossier's, not stored yet, due when the plan wants."""
    old = template.doc.key
    key, turn = f"{old[:-7]}{number:07d}", plan.sweep_of(number)
    state = json.loads(template.state.replace(old, key))
    if turn is not None:
        state["timeline"] = _clock(turn)
    return replace(
        template.doc,
        key=key,
        version=0,
        partition=_partition(key),
        fact_versions={fact.event.identity: 1 for fact in template.facts},
        facts={fact.event.identity: replace(fact, raw=fact.raw.replace(old, key)) for fact in template.facts},
        state=state,
        due=LATER if turn is None else template.doc.due,
        timeline=state["timeline"],
    )


def _clock(turn: int) -> str:
    """The timeline that tells the timers of one sweep."""
    return f"sweep-{turn}"


def _partition(key: str) -> int:
    return int(_partitioner()(key.encode(), list(range(DEFAULT_PARTITIONS)), list(range(DEFAULT_PARTITIONS))))


@cache
def _partitioner() -> DefaultPartitioner:
    return DefaultPartitioner()
