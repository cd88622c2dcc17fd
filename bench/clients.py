"""Citizens and agencies as clients of the bus: they apply, report and rate, and know nothing but topics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.histories import application
from chassis.runtime import clock
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, message_of
from contracts import claims
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from contracts.rating import RatingSubmitted
from contracts.routing import DossierCompleted, DossierTransferred
from contracts.topics import DEFAULT_PARTITIONS, read_event

HEARD = (DossierReceived.TYPE, DossierTransferred.TYPE, DossierCompleted.TYPE)
PORTAL = "/portal/bench"
RATING = "/lienthong/rating"
RATE = 0.4
"""Share of the citizens who rate."""


@dataclass
class Clients:
    """Citizens and agencies.

    Attributes:
        publisher: for what they say.
        rng: by which they choose.
        applied: applications so far; `completed`: dossiers that are.
        received_at: when each dossier was received, `transferred_at` when it was first handed over; milliseconds since
            1970, as the broker stamped them.
        moved: set whenever something was heard.
    """

    publisher: Publisher
    rng: Random = field(default_factory=lambda: Random("flow"))  # noqa: S311
    applied: int = 0
    completed: int = 0
    received_at: dict[str, int] = field(default_factory=dict)
    transferred_at: dict[str, int] = field(default_factory=dict)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def apply(self, count: int) -> None:
        """So many citizens apply."""
        await self.publisher([self._application() for _ in range(count)])

    async def listen(self, consumer: AIOKafkaConsumer) -> None:
        """Answer whatever is heard, for as long as this runs."""
        while True:
            heard = await consumer.getmany(timeout_ms=100)
            answers = [answer for records in heard.values() for record in records for answer in self._hear(record)]
            if answers:
                await self.publisher(answers)
            self.moved.set()

    def _hear(self, record: Any) -> list[Message]:
        event = read_event(record.topic, record.value)
        match event.data:
            case DossierReceived():
                self.received_at.setdefault(event.subject, record.timestamp)
                return []
            case DossierTransferred() as data:
                self.transferred_at.setdefault(event.subject, record.timestamp)
                return _work_done(event, data)
            case _:
                self.completed += 1
                return self._end(event)

    def _application(self) -> Message:
        self.applied += 1
        submission = f"bench-{self.applied:07d}"
        return _told(application(self.rng), submission)

    def _end(self, event: AnyEvent) -> list[Message]:
        """The citizen fetches the result, and perhaps rates."""
        fetched = _told(claims.Collection(channel="counter"), event.correlationid)
        if self.rng.random() >= RATE:
            return [fetched]
        data: DossierCompleted = event.data
        rating = RatingSubmitted(
            channel="counter-device",
            holder=f"h-{event.correlationid}",
            agency=data.agency,
            officer=data.officer,
            answers={"4": 2, "5": 2, "6": 1},
        )
        return [fetched, _said(rating, RATING, event.subject, event.correlationid)]


def _told(claim: claims.Claim, submission: str) -> Message:
    data = claims.IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
    return _said(data, PORTAL, submission, submission, data.claim.kind)


def _work_done(event: AnyEvent, data: DossierTransferred) -> list[Message]:
    """The agency takes the dossier on and finishes its step at once."""
    done = (claims.TookCustody(step=data.step), claims.FinishedStep(step=data.step))
    reports = [
        claims.AgencyReported(agency=data.to_agency, officer=f"{data.to_agency}-cb01", claim=claim) for claim in done
    ]
    return [
        _said(report, f"/agency/{data.to_agency}", event.subject, event.correlationid, data.step, data.attempt, order)
        for order, report in enumerate(reports)
    ]


def _said(data: Payload, source: str, subject: str, correlation: str, *unique: object) -> Message:
    later = timedelta(milliseconds=unique[-1]) if unique and isinstance(unique[-1], int) else timedelta(0)
    return message_of(
        new_event(
            data,
            source=source,
            subject=subject,
            time=clock.now() + later,
            correlationid=correlation,
            unique=unique,
        )
    )


@asynccontextmanager
async def clients(bus: Bus) -> AsyncIterator[Clients]:
    """Citizens and agencies that listen, until the end."""
    found, consumer = Clients(Publisher(bus)), await _consumer(bus)
    listening = asyncio.create_task(found.listen(consumer))
    try:
        yield found
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await consumer.stop()
        await found.publisher.stop()


async def _consumer(bus: Bus) -> AIOKafkaConsumer:
    consumer = bus.consumer(enable_auto_commit=False, fetch_max_wait_ms=20)
    await consumer.start()
    partitions = [TopicPartition(name, number) for name in HEARD for number in range(DEFAULT_PARTITIONS)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    return consumer
