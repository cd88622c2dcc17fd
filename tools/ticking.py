"""The clock of a timeline, for whoever plays to the services: it tells the time and waits until all have heard it.

Whoever tells more before every service has passed the last tick on leaves it to chance what a service knows by then.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self

from aiokafka import TopicPartition

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.record import Message, Publish, message_of
from contracts.envelope import new_event
from contracts.topics import BadEventError, UnknownTypeError, read_event
from contracts.watermarks import TELLERS, ClockTicked

FETCH_MS = 50
"""How long a fetch waits for marks. Longer, and every tick is slower by as much."""

PATIENT_SECONDS = 10.0
"""After so long it is told for whom a tick waits: a service may be down."""

INSTANT = timedelta(microseconds=1)
"""The least by which two ticks differ: records keep moments to the microsecond."""

OnWait = Callable[[Sequence[str]], None]
"""Told which services have not passed a tick on for a while."""


def ticks(timeline: str, time: datetime, partitions: int) -> list[Message]:
    """One `clock.ticked` for every partition: on this timeline it is now `time`."""
    return [_tick(timeline, time, partition) for partition in range(partitions)]


def _tick(timeline: str, time: datetime, partition: int) -> Message:
    event = new_event(
        ClockTicked(partition=partition),
        source=f"/clock/{timeline}",
        subject=timeline,
        time=time,
        correlationid=timeline,
        unique=(partition, time.isoformat()),
        timeline=timeline,
    )
    return replace(message_of(event), key=None, partition=partition)


class Ticking:
    """The clock of one timeline; use as `async with Ticking(…) as ticking`. A repeated tick is a later one.

    Args:
        bus: which one, and as whom.
        publish: puts the ticks on the bus.
        timeline: which one.
        partitions: of every topic.
        on_wait: told for whom a tick waits, when that takes long. It waits for ever: without them it can not go on.
    """

    def __init__(
        self, bus: Bus, publish: Publish, timeline: str, partitions: int, on_wait: OnWait = lambda _: None
    ) -> None:
        self._publish = publish
        self._timeline = timeline
        self._partitions = partitions
        self._on_wait = on_wait
        self._consumer = bus.consumer(
            enable_auto_commit=False,
            fetch_max_wait_ms=FETCH_MS,
            isolation_level="read_committed",
        )
        self._passed: dict[str, datetime] = {}

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        partitions = [TopicPartition(mark, 0) for mark in TELLERS]
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        ends = await self._consumer.end_offsets(partitions)
        while any([await self._consumer.position(partition) < end for partition, end in ends.items()]):
            await self._hear()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def tick(self, time: datetime) -> None:
        """Tell every partition that it is now `time`; return when every service has passed that on.

        Where somebody has passed that moment before, it is told as the next one: else what came since would wait.
        """
        past = max(self._passed.values(), default=None)
        now = time if past is None else max(time, past + INSTANT)
        await self._publish(ticks(self._timeline, now, self._partitions))
        clock = asyncio.get_running_loop().time
        since = clock()
        while behind := [name for name in TELLERS.values() if not self._has_passed(name, now)]:
            if await self._hear():
                since = clock()
            elif clock() - since > PATIENT_SECONDS:
                self._on_wait(behind)
                since = clock()

    def _has_passed(self, service: str, tick: datetime) -> bool:
        passed = self._passed.get(service)
        return passed is not None and passed >= tick

    async def _hear(self) -> bool:
        """Read on; whether somebody is further on this timeline."""
        before = dict(self._passed)
        for records in (await self._consumer.getmany(timeout_ms=FETCH_MS)).values():
            for record in records:
                self._take(record.topic, record.value or b"")
        return before != self._passed

    def _take(self, topic: str, value: bytes) -> None:
        try:
            event = read_event(topic, value)
        except (BadEventError, UnknownTypeError):
            return
        if event.timeline == self._timeline:
            teller = TELLERS[topic]
            self._passed[teller] = max(event.time, self._passed.get(teller, event.time))
