"""Acts on the ticks of timelines once everything before them is digested, and passes them on.

See chassis.core.stream_time for the stages of a tick, and docs/decisions/0026 for why. The live timeline has no ticks:
there chassis.runtime.run looks at the wall clock.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol

from aiokafka import TopicPartition

from chassis.core.stream_time import Timeline, may_digest, may_pass_on, whose_turn
from chassis.runtime.bus.record import Message, Publish, message_of
from chassis.runtime.loop import Loop
from contracts.envelope import new_event
from contracts.watermarks import MARKS

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
"""Seconds between two looks at the store while a tick waits, doubled each time: nothing tells this instance how far the
others are. Shorter pauses ask the store more often; longer ones delay every tick of a simulated week or an import."""

Ends = Mapping[TopicPartition, int]


class Reading(Protocol):
    """The part of `chassis.runtime.bus.subscription.Subscription` that the timekeeper needs."""

    owned: frozenset[int]

    @property
    def partitions(self) -> int:
        """Number of partitions of every topic; 0 before there is a connection."""

    def at_rest(self) -> AbstractAsyncContextManager[None]:
        """A context in which nothing is at work and nothing is begun."""

    async def persist(self, task: Callable[[], Awaitable[None]]) -> bool:
        """Repeat a task until it is done; False if it was given up."""

    async def ends(self, partitions: Iterable[int]) -> Ends:
        """The present ends of all topics in these partitions, if they are owned; records not yet readable count."""

    async def reached(self, ends: Ends) -> bool:
        """True if every record before these ends is digested."""


class Timekeeper:
    """The timekeeper of one instance."""

    def __init__(self, loop: Loop, publish: Publish, reading: Reading) -> None:
        self._loop = loop
        self._service = loop.service
        self._timelines = loop.timelines
        self._publish = publish
        self._reading = reading
        self._owned: object = None
        self._noted: dict[tuple[str, int], tuple[datetime, Ends]] = {}
        self._watched: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Act on every tick, until told to stop."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            self._timelines.news.clear()
            if await self.go_on():
                pause = FIRST_PAUSE
            else:
                await _either(self._timelines.news, stop, pause if self._watched else None)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def go_on(self) -> bool:
        """Do what can be done on every timeline. True if anything could."""
        done = list[bool]()
        await self._reading.persist(self._find_open)
        if self._reading.owned and self._reading.partitions:
            for name in sorted(self._timelines.open):
                await self._reading.persist(partial(self._go_on, name, done))
        return bool(done)

    async def _find_open(self) -> None:
        """After an assignment, find the timelines again: another instance may have left a tick half done."""
        if self._reading.owned is not self._owned:
            owned = self._reading.owned
            self._noted.clear()
            self._watched.clear()
            await self._timelines.find_open()
            self._owned = owned

    async def _go_on(self, name: str, done: list[bool]) -> None:
        timeline = await self._timelines.look(name)
        for step in (self._digest, self._act, self._pass_on):
            if await step(name, timeline):
                done.append(True)
                timeline = await self._timelines.look(name)
        watches = self._waits_for_others(name, timeline)
        self._watched.add(name) if watches else self._watched.discard(name)

    def _waits_for_others(self, name: str, timeline: Timeline) -> bool:
        """True if nothing will tell this instance to go on: it has to look how far others, or the bus, are."""
        owned = self._reading.owned
        waits = [partition for partition in owned if timeline.next(partition)]
        begun = any((name, partition) in self._noted or timeline.has_digested(partition) for partition in waits)
        return begun or (0 in owned and bool(timeline.waits) and timeline.next(0) is None)

    async def _digest(self, name: str, timeline: Timeline) -> bool:
        """Once the services upstream have passed a tick, note the ends of the bus, and wait until they are digested."""
        digested: dict[int, datetime] = {}
        for partition in sorted(self._reading.owned):
            if (tick := may_digest(timeline, partition, self._service.upstream)) is None:
                continue
            noted = self._noted.get((name, partition))
            if noted is None or noted[0] != tick:
                noted = self._noted[name, partition] = tick, await self._reading.ends([partition])
            if noted[1] and await self._reading.reached(noted[1]):
                digested[partition] = tick
        if digested:
            await self._timelines.digested(name, digested)
        return bool(digested)

    async def _act(self, name: str, timeline: Timeline) -> bool:
        """Decide what is due in the partitions that may act now: those of this instance that follow each other."""
        turn = whose_turn(timeline, self._reading.owned, self._reading.partitions)
        if not turn or not await self._sweep(name, list(turn), min(turn.values())):
            return False
        await self._timelines.acted(name, turn)
        for partition in turn:
            self._noted.pop((name, partition), None)
        return True

    async def _sweep(self, name: str, partitions: Sequence[int], tick: datetime) -> bool:
        """Sweep a page at a time, so that live work goes on in between. False if the partitions are lost."""
        while True:
            async with self._reading.at_rest():
                if not self._reading.owned.issuperset(partitions):
                    return False
                self._loop.own(self._reading.owned)
                if not await self._loop.sweep_page(partitions, name, tick):
                    return True

    async def _pass_on(self, name: str, timeline: Timeline) -> bool:
        """The instance with partition 0 tells those downstream, and tells again what may have been lost."""
        partitions = self._reading.partitions
        if 0 not in self._reading.owned or (tick := may_pass_on(timeline, partitions)) is None:
            return False
        if self._service.name in MARKS:
            await self._publish(marks(self._service.name, name, tick, partitions))
        await self._timelines.passed_on(name, tick)
        return True


def marks(service: str, timeline: str, tick: datetime, partitions: int) -> list[Message]:
    """A mark for every partition: this service has passed this tick."""
    return [_mark(service, timeline, tick, partition) for partition in range(partitions)]


def _mark(service: str, timeline: str, tick: datetime, partition: int) -> Message:
    event = new_event(
        MARKS[service](partition=partition),
        source=f"/lienthong/{service}",
        subject=timeline,
        time=tick,
        correlationid=timeline,
        unique=(partition, tick.isoformat()),
        timeline=timeline,
    )
    return replace(message_of(event), key=None, partition=partition)


async def _either(news: asyncio.Event, stop: asyncio.Event, seconds: float | None) -> None:
    """Wait until there is news, or it is time to stop, or to look again."""
    waiting = [asyncio.create_task(event.wait()) for event in (news, stop)]
    await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
