"""One trial: a shop under load, a fault, calm, evidence, judgement, figures."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from contracts import intake, notify, sla
from contracts.topics import SERVICES
from deploy.embedded import Stack
from tests.faults.checks import breaches
from tests.faults.evidence import Evidence, Origin, digested, gather
from tests.faults.load import PARTITIONS, Load
from tests.faults.shop import Shop, opened
from tools.operations.prepared_bus import prepare_bus

WARM_SECONDS = 4
"""How long the load runs before the first fault."""


@dataclass
class Trial:
    """What a scenario works with, and what it notes.

    Attributes:
        faults: how many there were.
        recoveries: seconds from the end of a fault, or the restart, to ready and caught up.
        bad: origins of bad records sent on purpose; None: some follow from the fault itself.
    """

    shop: Shop
    load: Load
    rng: Random
    faults: int = 0
    recoveries: list[float] = field(default_factory=list)
    bad: set[Origin] | None = field(default_factory=set)

    async def recovery(
        self, *services: str, restart: Callable[[], object] = lambda: None, since: float | None = None
    ) -> None:
        """The fault ends, or what was killed is restarted: measure how long these services, or all, need."""
        began = since or time.monotonic()
        await asyncio.to_thread(restart)
        await self.shop.recovered(services or SERVICES)
        self.recoveries.append(time.monotonic() - began)

    async def a_while(self, least: float, most: float) -> None:
        """Let the load run for a random time."""
        await asyncio.sleep(self.rng.uniform(least, most))


@dataclass(frozen=True)
class Scenario:
    """One kind of fault.

    Attributes:
        title: as it stands in the table.
        run: hurts the shop and mends it.
        brokers: of the bus.
        around: what has to be there as long as the servers run; given the stack's home.
    """

    title: str
    run: Callable[[Trial], Awaitable[None]]
    brokers: int = 1
    around: Callable[[Path], AbstractContextManager[None]] = lambda _: nullcontext()


@dataclass(frozen=True)
class Figures:
    """What one trial came to."""

    title: str
    faults: int
    seconds: float
    submissions: int
    ratings: int
    sent_again: int
    dossiers: int
    records: int
    repeated: int
    overdue: int
    letters: int
    dead_letters: int
    recoveries: list[float]
    breaches: dict[str, list[str]]

    @property
    def broken(self) -> int:
        """Breaches of all laws."""
        return sum(map(len, self.breaches.values()))


async def carry_out(scenario: Scenario, folder: Path, seed: int) -> Figures:
    """Run one scenario on fresh servers in this folder, and judge what is left."""
    began = time.monotonic()
    stack = fresh_stack(folder / "stack", scenario.brokers)
    home = folder / "shop"
    shutil.rmtree(home, ignore_errors=True)
    with scenario.around(stack.home), opened(stack, home) as shop:
        await prepare_bus(shop.settings, PARTITIONS, replication=scenario.brokers)
        for name in SERVICES:
            shop.start(name)
        await shop.recovered()
        trial = Trial(shop, Load(shop, seed), Random(seed))
        try:
            trial.load.start()
            await asyncio.sleep(WARM_SECONDS)
            await scenario.run(trial)
            await trial.load.stop()
            await digested(shop)
        finally:
            await trial.load.close()
        found = await gather(shop, trial.load.acknowledged, trial.bad)
    return _figures(scenario, trial, found, time.monotonic() - began)


def fresh_stack(home: Path, brokers: int) -> Stack:
    """Servers without data; Kafka's jars stay, they take long to fetch."""
    for old in (*home.glob("kafka/data*"), home / "store"):
        shutil.rmtree(old, ignore_errors=True)
    return Stack.ephemeral(home, brokers)


def _figures(scenario: Scenario, trial: Trial, found: Evidence, seconds: float) -> Figures:
    return Figures(
        title=scenario.title,
        faults=trial.faults,
        seconds=round(seconds, 1),
        submissions=len(found.acknowledged.submissions),
        ratings=len(found.acknowledged.ratings),
        sent_again=found.acknowledged.repeats,
        dossiers=len(found.of(intake.DossierReceived)),
        records=len(found.said),
        repeated=len(found.said) - len(found.events),
        overdue=len(found.of(sla.DossierOverdue)),
        letters=len(found.of(notify.LetterIssued)),
        dead_letters=sum(map(len, found.dead.values())),
        recoveries=[round(one, 1) for one in trial.recoveries],
        breaches=breaches(found),
    )
