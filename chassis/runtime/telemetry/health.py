"""Two questions about this instance, answered truthfully and cheaply: can it work, and is it alive?

Not ready: something it needs is not there. It comes back by itself, and nobody has to do anything here.
Not alive: the world is there, and yet nothing moves. Only a new process helps.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Generic, TypeVar

from aiokafka.errors import KafkaError
from typing_extensions import override

from chassis.core.arrival import Arrival
from chassis.core.job import Job
from chassis.runtime.bus.subscription import Subscription
from chassis.runtime.bus.trouble import DOWN, Trouble, kind_of, told, true_reason
from chassis.runtime.store.mongo import MongoStore, StoreError
from chassis.runtime.telemetry.observe import Observer

FRESH_SECONDS = 1.0
"""Seconds for which an answer is given again, so that many questions do not become a load. Longer answers tell of an
outage, or of its end, so much later."""

PATIENCE_SECONDS = 2.0
"""Seconds that store and bus have for an answer; without one they count as away. Shorter calls a slow store away;
longer may outlast the patience of the prober."""

STUCK_SECONDS = 600.0
"""Seconds without progress, while everything needed is there, after which the process counts as dead and is replaced.
Shorter would replace processes that work at a large batch; longer leaves a stuck partition standing."""

T = TypeVar("T")


class Fresh(Generic[T]):
    """A question whose answer is good for a while. It is asked once at a time."""

    def __init__(self, ask: Callable[[], Awaitable[T]], seconds: float = FRESH_SECONDS) -> None:
        self._ask = ask
        self._seconds = seconds
        self._asking = asyncio.Lock()
        self._answer: tuple[float, T] | None = None

    async def __call__(self) -> T:
        """The answer, not older than so many seconds."""
        async with self._asking:
            if self._answer is None or time.monotonic() - self._answer[0] >= self._seconds:
                self._answer = (time.monotonic(), await self._ask())
            return self._answer[1]


class Pulse(Observer):
    """Notes when the loop last made progress."""

    def __init__(self) -> None:
        self.felt = time.monotonic()

    @override
    def took(self, arrivals: Mapping[str, Sequence[Arrival]], jobs: Mapping[str, Job]) -> None:
        self.felt = time.monotonic()


class Health:
    """The health of one instance."""

    def __init__(
        self, store: MongoStore, subscription: Subscription, pulse: Pulse, stuck_seconds: float = STUCK_SECONDS
    ) -> None:
        self._subscription = subscription
        self._pulse = pulse
        self._stuck_seconds = stuck_seconds
        self._store = Fresh(partial(_answers, store.ping))
        self.lags = Fresh(self._lags)
        self._excused_until = time.monotonic()
        self._unreachable: Trouble | None = None

    async def ready(self) -> dict[str, bool]:
        """For each thing that the service needs, True if it is there: store, bus, partitions, a loop that goes on."""
        store, lags = await asyncio.gather(self._store(), self.lags())
        return {
            "store": store,
            "bus": lags is not None and self._subscription.assigned,
            "reading": not self._subscription.troubles,
            "loop": not self._subscription.failing and not self._subscription.stopping,
        }

    def reasons(self) -> list[dict[str, str | int]]:
        """The known reasons why it is not ready: what can not be read or published, and who has to mend it."""
        fault = self._subscription.fault
        own: list[dict[str, str | int]] = [{"check": "loop", "reason": "process", "error": fault}] if fault else []
        unreachable = [self._unreachable] if self._unreachable else []
        return [*own, *(_reason("bus", trouble) for trouble in unreachable), *(
            _reason("reading", trouble) for trouble in self._subscription.troubles
        ), *(_reason("loop", trouble) for trouble in self._subscription.hindrances)]  # fmt: skip

    async def live(self) -> dict[str, bool]:
        """For each part of the process, True if it still moves. A world that is down makes none of them False."""
        there, lags = await self.ready(), await self.lags()
        if not all(there.values()) or not (self._subscription.working_since or any((lags or {}).values())):
            self._excused_until = time.monotonic()
        still_since = max(self._excused_until, self._pulse.felt, self._subscription.working_since or 0)
        return {
            "consumer": self._subscription.alive,
            "progress": time.monotonic() - still_since < self._stuck_seconds,
        }

    async def _lags(self) -> dict[tuple[str, int], int] | None:
        """Records that wait, by topic and partition; None if the bus does not answer or nobody asked it yet."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                lags = await self._subscription.lags()
        except (KafkaError, TimeoutError) as error:
            reason = true_reason(error) if isinstance(error, KafkaError) else error
            self._unreachable = Trouble(DOWN if isinstance(reason, TimeoutError) else kind_of(reason), told(reason))
            return None
        self._unreachable = None
        return lags


def _reason(check: str, trouble: Trouble) -> dict[str, str | int]:
    told_of: dict[str, str | int] = {"check": check, "reason": trouble.kind, "error": trouble.error}
    if trouble.place is None:
        return told_of
    topic, partition = trouble.place
    return {**told_of, "topic": topic, "partition": partition, "offset": trouble.offset}


async def _answers(ping: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ping()
    except (StoreError, TimeoutError):
        return False
    return True
