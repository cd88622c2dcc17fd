"""The load: citizens at the HTTP APIs, agencies at the topics, and beside them a week of the province on its own time.

Nothing here is told of the faults. Whoever gets no answer asks again with the same key until there is one; what was
acknowledged is remembered, because it may never be lost.
"""

import asyncio
import random
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any

from contracts.envelope import LIVE, AnyEvent
from contracts.topics import BadEventError, UnknownTypeError, read_event
from domain.procedures import load_catalogue, load_directory
from domain.worktime import load_calendar
from tests.faults.agencies import TOLD, Agencies
from tests.faults.citizens import LATE_POST, Citizens
from tests.faults.insisting import UNREACHABLE, Acknowledged, Insistent, Sender
from tests.faults.shop import Shop
from tools.simulator import Plan, play
from tools.simulator.week import WEEK, following_monday

FIRST_WEEK = datetime.fromisoformat("2026-01-05T07:30:00+07:00")
PARTITIONS = 6


class _Over(Exception):  # noqa: N818 - nothing went wrong
    """The load was stopped."""


class Load:
    """Runs until `stop`.

    Args:
        shop: whose APIs and topics are used.
        seed: of all chance.
        a_second: live submissions a second.
        week: dossiers of a week on its own time.
    """

    def __init__(self, shop: Shop, seed: int, *, a_second: float = 5, week: int = 200) -> None:
        self._shop, self._seed, self._pause, self._week = shop, seed, 1 / a_second, week
        self._rng = random.Random(seed)
        self._sender = Sender(shop, seed)
        self._citizens, self._agencies = Citizens(self._sender, seed), Agencies(self._sender, seed)
        self._going: set[asyncio.Task[None]] = set()
        self._endless: list[asyncio.Task[None]] = []
        self._failed: list[BaseException] = []
        self._over = False

    @property
    def acknowledged(self) -> Acknowledged:
        """What may not be lost."""
        return self._sender.acknowledged

    def start(self) -> None:
        """Begin."""
        self._endless = [asyncio.create_task(work) for work in (self._file(), self._listen(), self._weeks())]

    async def stop(self) -> None:
        """No more dossiers; return when all that was begun is acknowledged. Agencies go on until `close`.

        The week ends after a tick that everybody passed on: what is told before its tick nobody may act on.
        """
        citizens, agencies, weeks = self._endless
        self._over = True
        citizens.cancel()
        await asyncio.gather(citizens, weeks, return_exceptions=True)
        if not weeks.cancelled() and (error := weeks.exception()):
            self._failed.append(error)
        self._endless = [agencies]
        while self._going:
            await asyncio.wait(self._going)
        if agencies.done():
            await agencies
        if self._failed:
            raise self._failed[0]

    async def close(self) -> None:
        """End everything."""
        for task in (*self._endless, *self._going):
            task.cancel()
        await asyncio.gather(*self._endless, *self._going, return_exceptions=True)
        await self._sender.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._going.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._going.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._failed.append(error)

    async def _file(self) -> None:
        number = 0
        while True:
            number += 1
            by_post = self._rng.random() < LATE_POST
            self._begin(self._citizens.by_post(number) if by_post else self._citizens.at_the_counter(number))
            await asyncio.sleep(self._pause * self._rng.uniform(0.2, 1.8))

    async def _listen(self) -> None:
        consumer = self._shop.settings.bus.consumer(
            *(payload.TYPE for payload in TOLD),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            group_id=None,
        )
        known: set[str] = set()
        async with consumer:
            while True:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        event = _read(record.topic, record.value)
                        if event and event.timeline == LIVE and event.identity not in known:
                            known.add(event.identity)
                            self._begin(self._agencies.react(event))

    async def _weeks(self) -> None:
        """Play one week of the province after the other, until the window in which the load is stopped."""
        start, number = FIRST_WEEK, 0
        catalogue, directory = load_catalogue(), load_directory()
        calendar = load_calendar(self._shop.settings.calendar)
        while not self._over:
            number += 1
            plan = Plan(self._week, self._seed, following_monday(start), f"sim-{self._seed}-{number}")
            start = plan.start + WEEK
            with suppress(*UNREACHABLE, _Over):
                async with Insistent(self._shop.settings.bus, PARTITIONS, plan.timeline) as bus:
                    await play(plan, bus, catalogue, directory, calendar, on_window=self._go_on)

    def _go_on(self, _: object) -> None:
        if self._over:
            raise _Over


def _read(topic: str, value: bytes | None) -> AnyEvent | None:
    try:
        return read_event(topic, value or b"")
    except (BadEventError, UnknownTypeError):
        return None
