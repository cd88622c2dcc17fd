"""Whoever gets no answer asks again with the same key until there is one; what was acknowledged may never be lost."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from aiokafka.errors import KafkaError

from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, message_of
from contracts.envelope import AnyEvent
from tests.faults.shop import Shop
from tools.simulator import KafkaBus

AGAIN_SECONDS = 0.2
COUNTERS = 20
"""Requests under way at once: whoever comes when all counters are taken waits."""

REPEATED = 0.15
"""Share of everything that is sent a second time, answered or not."""

UNREACHABLE = (KafkaError, BusError, TimeoutError, OSError)


@dataclass
class Acknowledged:
    """What was promised to be kept: ids of submissions and of ratings, and how many requests were sent again."""

    submissions: set[str] = field(default_factory=set)
    ratings: set[str] = field(default_factory=set)
    repeats: int = 0


async def insist(doing: Callable[[], Awaitable[Any]]) -> Any:
    """Do it again until the bus has it."""
    while True:
        try:
            return await doing()
        except UNREACHABLE:
            await asyncio.sleep(AGAIN_SECONDS)


class Insistent(KafkaBus):
    """The province's bus, through outages."""

    async def publish(self, messages: Sequence[Message]) -> None:
        await insist(lambda: super(Insistent, self).publish(messages))

    async def tick(self, timeline: str, time: datetime) -> None:
        await insist(lambda: super(Insistent, self).tick(timeline, time))

    async def heard(self) -> list[AnyEvent]:
        found: list[AnyEvent] = await insist(super().heard)
        return found


class Sender:
    """Sends what citizens and agencies say until it is acknowledged, and some of it twice.

    Args:
        shop: whose APIs and topics are used.
        seed: of the choice which instance is asked.
    """

    def __init__(self, shop: Shop, seed: int) -> None:
        self._shop, self._rng = shop, random.Random(seed)
        self._publisher = Publisher(shop.settings.bus)
        self._http = httpx.AsyncClient(timeout=12)
        self._counters = asyncio.Semaphore(COUNTERS)
        self.acknowledged = Acknowledged()

    async def close(self) -> None:
        """Send nothing more."""
        await self._publisher.stop()
        await self._http.aclose()

    async def publish(self, event: AnyEvent, rng: random.Random) -> None:
        """Put an event on its topic."""
        await insist(lambda: self._publisher([message_of(event)]))
        if rng.random() < REPEATED:
            self.acknowledged.repeats += 1
            await insist(lambda: self._publisher([message_of(event)]))

    async def ask(
        self, service: str, path: str, body: Any, headers: dict[str, str], kept: set[str], name: str
    ) -> dict[str, Any]:
        """Send it until it is acknowledged; the answer's field of this name is kept among what may not be lost."""
        while True:
            answer = await self._post(service, path, body, headers)
            if answer is not None:
                kept.add(answer[name])
                return answer
            await asyncio.sleep(AGAIN_SECONDS)

    async def again(
        self, service: str, path: str, body: Any, headers: dict[str, str], name: str = "submission_id"
    ) -> dict[str, Any]:
        """Send it once more, until there is an answer."""
        self.acknowledged.repeats += 1
        return await self.ask(service, path, body, headers, set(), name)

    async def _post(self, service: str, path: str, body: Any, headers: dict[str, str]) -> dict[str, Any] | None:
        url = self._rng.choice(self._shop.urls(service))
        try:
            async with self._counters:
                answer = await self._http.post(url + path, json=body, headers=headers)
        except httpx.HTTPError:
            return None
        if 400 <= answer.status_code < 500 and answer.status_code != httpx.codes.NOT_FOUND:
            raise AssertionError(f"{url}{path} refuses the load: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found if answer.is_success else None
