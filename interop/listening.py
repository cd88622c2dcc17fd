"""Everything that is said, heard while it is said; and the citizen, who brings what is asked for."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Self

from aiokafka import TopicPartition

from chassis.runtime import clock
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from contracts.claims import AgencyReported, Application, Claim, IntakeSubmitted, Supplement
from contracts.envelope import AnyEvent, new_event
from contracts.topics import DEFAULT_PARTITIONS, OWNERS, read_event
from interop.life import COMPONENTS, PROCEDURE, UNIT

SAID = tuple(payload.TYPE for owner in ("intake", "routing") for payload in OWNERS[owner])
"""The events that intake and routing own."""

REPORTS = AgencyReported.TYPE


class Listener:
    """Hears all topics, by submission; plays the citizen."""

    def __init__(self, bus: Bus) -> None:
        self.said: dict[str, list[AnyEvent]] = defaultdict(list)
        self.reports: list[Any] = []
        self._known: set[str] = set()
        self._publish = Publisher(bus)
        self._consumer = bus.consumer(isolation_level="read_committed")
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        partitions = [
            TopicPartition(topic, number) for topic in (*SAID, REPORTS) for number in range(DEFAULT_PARTITIONS)
        ]
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning()
        self.listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.listening.cancel()
        with suppress(asyncio.CancelledError):
            await self.listening
        await self._consumer.stop()
        await self._publish.stop()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something that was heard makes this so."""
        async with self._news:
            await self._news.wait_for(holds)

    async def caught_up(self) -> None:
        """Return when everything that was said until now is heard: one topic may be read before another."""
        ends = await self._consumer.end_offsets(self._consumer.assignment())
        while any([await self._consumer.position(partition) < end for partition, end in ends.items()]):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)

    async def lodge(self, submissions: Sequence[str]) -> None:
        """The citizen asks for the procedure, once for each of these ids."""
        claim = Application(procedure=PROCEDURE, channel="counter", receiving_unit=UNIT, components=COMPONENTS)
        await self._submit(submissions, claim)

    async def _submit(self, submissions: Sequence[str], claim: Claim) -> None:
        now = clock.now()
        events = [
            new_event(
                IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()}),
                source="/portal/interop",
                subject=submission,
                time=now,
                correlationid=submission,
                unique=(getattr(claim, "kind", ""),),
            )
            for submission in submissions
        ]
        await self._publish([message_of(event) for event in events])

    async def _listen(self) -> None:
        async for record in self._consumer:
            async with self._news:
                if record.topic in SAID:
                    await self._take(read_event(record.topic, record.value))
                else:
                    self.reports.append(record)
                self._news.notify_all()

    async def _take(self, event: AnyEvent) -> None:
        if event.identity in self._known:  # said twice, it is the same event
            return
        self._known.add(event.identity)
        self.said[event.correlationid].append(event)
        if event.type == "dossier.suspended" and event.data.cause == "supplement":
            await self._submit([event.correlationid], Supplement(components=event.data.missing))
