"""The whole flow: citizens apply, agencies answer at once, and all five services work, each as its own process."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import psutil
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.course import free_port
from bench.lives import application
from bench.place import Place, place
from bench.processes import peak_mb, resident_mb, running
from chassis.runtime import clock
from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, message_of
from chassis.runtime.settings import Settings
from contracts import claims
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from contracts.rating import RatingSubmitted
from contracts.routing import DossierCompleted, DossierTransferred
from contracts.topics import DEFAULT_PARTITIONS, SERVICES, read_event
from tools.operations.registry import groups

HEARD = (DossierReceived.TYPE, DossierTransferred.TYPE, DossierCompleted.TYPE)
PORTAL = "/portal/bench"
RATING = "/lienthong/rating"
RATE = 0.4
"""Share of the citizens who rate."""

PATIENCE = 120.0
"""Seconds without any completed dossier after which the flow counts as broken."""


class BrokenError(Exception):
    """Dossiers do not get through any more."""


@dataclass(frozen=True)
class Plan:
    """How much flows: dossiers at full load, and at half of it; and how many are under way at full load."""

    dossiers: int
    half_dossiers: int
    under_way: int = 300


@dataclass(frozen=True)
class Flow:
    """What came of it.

    Attributes:
        dossiers: at full load; `seconds`: from the first application until every service had digested everything.
        records: on all topics meanwhile.
        half_rate: applications a second afterwards.
        latencies_ms: from `dossier.received` to the first `dossier.transferred` of each dossier then, by the broker.
        idle_mb: memory of each service before the first dossier; `peak_mb`: the most it ever was.
    """

    dossiers: int
    seconds: float
    records: int
    half_rate: float
    latencies_ms: list[float]
    idle_mb: dict[str, float]
    peak_mb: dict[str, float]

    @property
    def rate(self) -> float:
        """Dossiers a second at full load."""
        return self.dossiers / self.seconds


@dataclass
class Outside:
    """Citizens and agencies: they know nothing but topics."""

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
            answers = [answer for records in heard.values() for one in records for answer in self._hear(one)]
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
        claims.AgencyReported(agency=data.to_agency, officer=f"{data.to_agency}-cb01", claim=one) for one in done
    ]
    return [
        _said(report, f"/agency/{data.to_agency}", event.subject, event.correlationid, data.step, data.attempt, place)
        for place, report in enumerate(reports)
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


async def flow(plan: Plan, tell: Callable[[str], None]) -> Flow:
    """Full load first, with as many dossiers under way as the plan says; then half of what that gave, evenly."""
    async with place() as servers, Admin(servers.kafka) as admin:
        with ExitStack() as stack:
            services = {
                name: stack.enter_context(
                    running(("-m", "tools.cli", "run", name), _environment(servers), servers.folder / f"{name}.log")
                )
                for name in SERVICES
            }
            outside = Outside(Publisher(servers.kafka))
            consumer = await _ear(servers.kafka)
            listening = asyncio.create_task(outside.listen(consumer))
            try:
                return await _measured(plan, outside, admin, services, tell)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
                await consumer.stop()
                await outside.publisher.stop()


async def _measured(
    plan: Plan, outside: Outside, admin: Admin, services: Mapping[str, psutil.Process], tell: Callable[[str], None]
) -> Flow:
    await _full_load(outside, 1, 1)
    await _digested(admin)
    idle = {name: resident_mb(process) for name, process in services.items()}
    before, began = sum((await admin.records()).values()), time.perf_counter()
    await _full_load(outside, plan.dossiers, plan.under_way)
    quiet = await _digested(admin)
    seconds = time.perf_counter() - began - quiet
    records = sum((await admin.records()).values()) - before
    tell(f"full load: {plan.dossiers / seconds:.1f} dossiers/s, {records / seconds:,.0f} records/s")
    half = plan.dossiers / seconds / 2
    known = set(outside.received_at)
    await _half_load(outside, plan.half_dossiers, half)
    await _digested(admin)
    peak = {name: peak_mb(process) for name, process in services.items()}
    waits = [float(outside.transferred_at[key] - at) for key, at in outside.received_at.items() if key not in known]
    return Flow(plan.dossiers, seconds, records, half, waits, idle, peak)


async def _full_load(outside: Outside, dossiers: int, under_way: int) -> None:
    """Whenever one is completed, another is applied for."""
    first, done = outside.applied, outside.completed
    while outside.completed - done < dossiers:
        open_now = (outside.applied - first) - (outside.completed - done)
        if wanted := min(under_way - open_now, dossiers - (outside.applied - first)):
            await outside.apply(wanted)
        await _moved(outside)


async def _half_load(outside: Outside, dossiers: int, rate: float) -> None:
    """One after the other at a steady rate, whatever becomes of those before."""
    done, began = outside.completed, time.perf_counter()
    for number in range(dossiers):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        await outside.apply(1)
    while outside.completed - done < dossiers:
        await _moved(outside)


async def _moved(outside: Outside) -> None:
    """Wait until something was heard."""
    before, since = outside.completed, time.perf_counter()
    outside.moved.clear()
    while True:
        await outside.moved.wait()
        outside.moved.clear()
        if outside.completed > before or outside.applied == 0:
            return
        if time.perf_counter() - since > PATIENCE:
            raise BrokenError(f"no dossier was completed for {PATIENCE:.0f} s, {outside.applied} are applied for")


QUIET, PAUSE = 3, 0.1


async def _digested(admin: Admin) -> float:
    """Wait until all services have read everything; the seconds at the end in which nothing happened any more."""
    await admin.settled(groups(Settings()), QUIET, PAUSE)
    return QUIET * PAUSE


async def _ear(kafka: str) -> AIOKafkaConsumer:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, fetch_max_wait_ms=20)
    await consumer.start()
    places: Sequence[TopicPartition] = [TopicPartition(name, n) for name in HEARD for n in range(DEFAULT_PARTITIONS)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    return consumer


def _environment(servers: Place) -> dict[str, str]:
    return {
        "LIENTHONG_KAFKA": servers.kafka,
        "LIENTHONG_STORES": json.dumps(servers.stores),
        "LIENTHONG_HTTP_PORT": str(free_port()),
        "LIENTHONG_HOME": str(servers.folder),
        "LIENTHONG_LOG_LEVEL": "WARNING",
    }
