"""The wire between a process and its servers: a call may be slow, fail or lose its answer, and the process may die."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from aiokafka.errors import KafkaError

from chassis.runtime.store.mongo import StoreError
from tests.simulation.loop import Mortal
from tests.simulation.trace import Trace

DELAYS = (0.05, 1.0, 12.0, 45.0)
"""Seconds; the longer ones exceed what a rebalance or a publish waits for."""


class StoreDownError(StoreError):
    """The store does not answer; whether it did what it was asked stays unknown."""


class BusDownError(KafkaError):  # type: ignore[misc]
    """The same of the bus."""


@dataclass
class Weather:
    """How often, of all calls, something goes wrong.

    Attributes:
        crashes: the process dies at the call, before or after its effect.
        failures: the call fails, before or after its effect.
        delays: it takes its time.
        refusals: a carrier or the address book fails.
        damage: of all partitions that a fetch drains, those that raise.
    """

    crashes: float = 0.0
    failures: float = 0.0
    delays: float = 0.0
    refusals: float = 0.0
    damage: float = 0.0


@dataclass
class Sky:
    """What all wires of a world have in common: the weather, the dice, and the record of what went wrong."""

    rng: Random
    trace: Trace
    weather: Weather
    counts: Counter[str]
    kill: Callable[[Mortal], None]
    faults: list[tuple[int, str]]

    def fault(self, kind: str, who: str) -> None:
        """Something went wrong, at this step, with this process."""
        self.counts[kind] += 1
        self.faults.append((self.trace.steps, who))
        self.trace.note("fault", kind, who)


class Wire:
    """One process's wire to everything outside it."""

    def __init__(self, sky: Sky, owner: Mortal) -> None:
        self.sky = sky
        self.owner = owner
        self.cut: set[str] = set()
        self.buried = False
        self.has_untold: Callable[[], bool] = lambda: False
        """Whether something was begun outside whose outcome nobody told yet: whoever takes over begins it anew."""

    async def store(self, what: str) -> None:
        """A moment before or after the store did something."""
        await self._point("store", what, StoreDownError)

    async def bus(self, what: str) -> None:
        """A moment before or after the bus did something."""
        await self._point("bus", what, BusDownError)

    async def _point(self, server: str, what: str, error: Callable[[str], Exception]) -> None:
        if self.is_cut(server):
            raise error(f"{server} can not be reached")
        if self.draw(what):
            raise error(what)
        await self.wait()

    def is_cut(self, server: str) -> bool:
        """Whether a call can not get through."""
        if server in self.cut:
            self.sky.fault("calls cut off", self.owner.name)
        return server in self.cut

    async def wait(self) -> None:
        """The time a call takes: mostly none that can be measured, but others come first."""
        if self.buried:
            raise asyncio.CancelledError
        rng, weather = self.sky.rng, self.sky.weather
        slow = weather.delays and rng.random() < weather.delays
        await asyncio.sleep(rng.choice(DELAYS) if slow else 0)

    def draw(self, what: str) -> bool:
        """Whether this call fails now; the process may die instead, then nothing of it goes on."""
        sky = self.sky
        if self.buried:
            return False
        sky.trace.note(self.owner.name, what)
        chance = sky.rng.random()
        if chance < sky.weather.crashes:
            sky.kill(self.owner)
            return False
        if chance < sky.weather.crashes + sky.weather.failures:
            sky.fault("failures", self.owner.name)
            return True
        return False

    def damages(self) -> bool:
        """Whether the next batch that is drained can not be unpacked, this time."""
        chance = self.sky.weather.damage
        if not chance or self.buried or self.sky.rng.random() >= chance:
            return False
        self.sky.fault("damage", self.owner.name)
        return True

    def refuses(self) -> bool:
        """Whether the world outside says no."""
        return self.sky.rng.random() < self.sky.weather.refusals
