"""The one way every event of every service goes: load, fold, decide, save, publish, commit.

The caller commits offsets after `process` returned. So whatever dies on the way, the batch comes again: facts that are
known change nothing, and what was saved together with them is published again, same id, same bytes. The uncommitted
offset is the outbox. A sweep has no offset; there the document's `due` is: it moves only after the publish.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

from chassis.document import MAX_CHARACTERS, MAX_FACTS, Document
from chassis.service import Service
from chassis.store import Store
from contracts.claims import ClockTicked
from contracts.decision import Allotment, Decision
from contracts.envelope import LIVE, AnyEvent
from contracts.topics import BadEventError, UnknownTypeError, dead_letter_topic, read_event

log = structlog.get_logger(__name__)

SWEEP_PAGE = 200
"""Documents a sweep takes at once."""

MAX_ROUNDS = 20
"""Decisions that may follow from each other at one moment; more is a fault of `decide`."""

NOT_AGAIN = timedelta(seconds=1)
"""What was swept is not met again by the same sweep, whatever its `decide` says."""

TRY_AGAIN = timedelta(minutes=5)
"""When a sweep looks again at a document that it could not decide: by then the service may be mended."""

MAX_KEY_BYTES = 1_000
"""A longer key is nobody's dossier code."""

LETTER_BYTES = 1_000_000
"""A dead letter keeps so much of its record, so that the bus takes it; the rest stands where it came from."""

AHEAD = timedelta(minutes=5)
"""How far a live event's time may lie after the moment the bus took it in: clocks differ that much, not more."""


class Record(Protocol):
    """One record of the bus, as aiokafka gives it."""

    @property
    def topic(self) -> str:
        """Where it was read."""

    @property
    def partition(self) -> int:
        """Of that topic."""

    @property
    def offset(self) -> int:
        """Its place there."""

    @property
    def timestamp(self) -> int:
        """When the bus took it in, milliseconds since 1970 UTC."""

    @property
    def key(self) -> bytes | None:
        """What decided its partition."""

    @property
    def value(self) -> bytes | None:
        """The event."""


@dataclass(frozen=True)
class Message:
    """One record to publish; without a `partition` its key decides."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None


def message_of(event: AnyEvent) -> Message:
    """The record of an event, keyed by its subject."""
    return Message(event.type, event.subject.encode(), event.to_json().encode())


Publish = Callable[[Sequence[Message]], Awaitable[None]]
"""Returns when every message is acknowledged by all in-sync replicas; raises otherwise."""


@dataclass(frozen=True)
class Arrival:
    """An event on its way into a document: from a record of the bus, or what came of an effect that a save ordered."""

    event: AnyEvent
    record: Record | None = None
    cause: int | None = None

    @property
    def raw(self) -> str:
        """The record's value as it will be kept."""
        return self.event.to_json() if self.record is None else (self.record.value or b"").decode()


@dataclass
class Job:
    """What happens to one document in one round."""

    doc: Document
    decision: Decision = field(default_factory=Decision)
    repeats: list[int] = field(default_factory=list)
    fresh: list[Arrival] = field(default_factory=list)
    refused: list[tuple[Arrival, str]] = field(default_factory=list)
    failed: str = ""

    @property
    def saves(self) -> set[int]:
        """The saves whose own events have to go out: this one, and those of facts that came again."""
        return {*self.repeats, *([self.doc.version] if self.fresh and not self.failed else [])}

    @property
    def rejected(self) -> list[tuple[Arrival, str]]:
        """What could not be taken in, and why; of a document that can not be decided, all that is new."""
        return [*self.refused, *((arrival, self.failed) for arrival in self.fresh if self.failed)]

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return any(fact.version > self.doc.version for fact in self.doc.facts.values())


@dataclass
class Tally:
    """What one batch came to, for metrics and logs."""

    accepted: int = 0
    duplicates: int = 0
    unknown: int = 0
    dead: int = 0
    conflicts: int = 0
    published: int = 0


class Loop:
    """The loop of one service instance."""

    def __init__(self, service: Service[Any], store: Store, publish: Publish) -> None:
        self.service = service
        self.store = store
        self._publish = publish

    async def process(self, records: Sequence[Record]) -> Tally:
        """Take a batch all the way. Raises when the world is down; then call it again with the same batch."""
        tally, dead = Tally(), list[Message]()
        arrivals, ticks = self._sort(records, tally, dead)
        await self._settle(arrivals, None, tally, dead)
        if dead:
            await self._publish(dead)
        tally.dead = len(dead)
        for (timeline, partition), now in ticks.items():
            await self.store.tick(timeline, partition, now)
            await self.sweep([partition], timeline, now)
        return tally

    async def sweep(self, partitions: Iterable[int], timeline: str, now: datetime) -> int:
        """Decide again for every document whose time has come by this timeline's clock. Returns how many."""
        owned, total = list(partitions), 0
        while keys := await self.store.due(owned, timeline, now, SWEEP_PAGE):
            jobs = await self._settle({key: [] for key in keys}, now, Tally(), [])
            for job in jobs.values():
                job.doc.unsent = None
                self._set_due(job)
                if job.failed:
                    job.doc.due = now + TRY_AGAIN
                elif job.doc.due is not None and job.doc.due <= now:
                    job.doc.due = now + NOT_AGAIN
            await self.store.move_due([job.doc for job in jobs.values()])
            total += len(keys)
            if len(keys) < SWEEP_PAGE:
                break
        return total

    def _sort(
        self, records: Sequence[Record], tally: Tally, dead: list[Message]
    ) -> tuple[dict[str, list[Arrival]], dict[tuple[str, int], datetime]]:
        """Arrivals by document, and the latest tick by timeline and partition."""
        arrivals: dict[str, list[Arrival]] = defaultdict(list)
        ticks: dict[tuple[str, int], datetime] = {}
        for record in records:
            try:
                event = read_record(record)
            except UnknownTypeError as error:
                tally.unknown += 1
                log.info("event.unknown-type", type=str(error)[:120], topic=record.topic, offset=record.offset)
            except (ValueError, OverflowError) as error:
                dead.append(self._dead_letter(record, str(error)))
            else:
                if isinstance(event.data, ClockTicked):
                    clock = (event.timeline, record.partition)
                    ticks[clock] = max(event.time, ticks.get(clock, event.time))
                else:
                    arrivals[self.service.key(event)].append(Arrival(event, record))
        return dict(arrivals), ticks

    async def _settle(
        self, arrivals: dict[str, list[Arrival]], now: datetime | None, tally: Tally, dead: list[Message]
    ) -> dict[str, Job]:
        """Advance the documents, carry out what they order outside, and record what came of it."""
        jobs = await self._advance(arrivals, now, tally, dead)
        done = dict(jobs)
        while self.service.perform and (effects := [one for job in jobs.values() for one in job.decision.effects]):
            ordered_by = {key: min(job.saves, default=job.doc.version) for key, job in jobs.items()}
            outcomes: dict[str, list[Arrival]] = defaultdict(list)
            for event in await self.service.perform(effects):
                key = self.service.key(event)
                outcomes[key].append(Arrival(event, cause=ordered_by[key]))
            jobs = await self._advance(outcomes, now, tally, dead)
            done.update(jobs)
        return done

    async def _advance(
        self, arrivals: Mapping[str, list[Arrival]], now: datetime | None, tally: Tally, dead: list[Message]
    ) -> dict[str, Job]:
        """Load, fold, decide, save, publish. Whoever lost a guard is loaded and decided again, never overwritten."""
        done: dict[str, Job] = {}
        pending = dict(arrivals)
        while pending:
            docs = await self.store.load(list(pending))
            jobs = [self._job(key, docs.get(key), found, now) for key, found in pending.items()]
            await self._allot(jobs, now)
            lost = await self._save([job for job in jobs if job.changed and not job.failed], sweeping=now is not None)
            tally.conflicts += len(lost)
            done.update({job.doc.key: job for job in jobs if job.doc.key not in lost})
            pending = {key: pending[key] for key in lost}
        for job in done.values():
            tally.accepted += 0 if job.failed else len(job.fresh)
            tally.duplicates += len(job.repeats)
            dead += [self._dead_letter(one.record, reason) for one, reason in job.rejected if one.record]
        await self._publish_caused(done.values(), tally)
        return done

    def _job(self, key: str, doc: Document | None, found: list[Arrival], now: datetime | None) -> Job:
        """Add what arrived to the document and decide."""
        if doc is None:
            first = found[0]
            partition = first.record.partition if first.record else 0
            doc = Document(key, partition=partition, timeline=first.event.timeline)
        job = Job(doc)
        for arrival in found:
            if reason := _admit(job, arrival):
                job.refused.append((arrival, reason))
        if doc.facts:
            self._decide(job, now)
        return job

    def _decide(self, job: Job, now: datetime | None, number: int = 0) -> None:
        """Fold, decide, and fold again what was decided, until nothing new follows; with the number it asked for."""
        doc, allotment = job.doc, job.decision.allotment
        try:
            if allotment and number:
                event = allotment.then(number)
                doc.add(event, event.to_json(), own=True)
            now = now or doc.watermark
            for _ in range(MAX_ROUNDS):
                state = self.service.fold(doc.events)
                job.decision = self.service.decide(state, now)
                if not sum(doc.add(event, event.to_json(), own=True) for event in job.decision.events):
                    doc.state = self.service.dump(state)
                    return
            raise RuntimeError(f"decisions did not come to rest in {MAX_ROUNDS} rounds")  # noqa: TRY301
        except Exception as error:
            # One dossier that can not be decided must not stop the others of its partition.
            log.exception("decision.failed", dossier=doc.key, service=self.service.name)
            job.failed = f"{self.service.name} can not decide: {type(error).__name__}: {error}"[:500]
            job.decision = Decision()

    async def _allot(self, jobs: Sequence[Job], now: datetime | None) -> None:
        """Get the numbers that decisions asked for, a series at a time, and decide on."""
        wanted: dict[str, list[tuple[Job, Allotment]]] = defaultdict(list)
        for job in jobs:
            if job.decision.allotment:
                wanted[job.decision.allotment.series].append((job, job.decision.allotment))
        for series, asking in wanted.items():
            numbers = await self.store.allot(series, [allotment.holder for _, allotment in asking])
            for job, allotment in asking:
                self._decide(job, now, numbers[allotment.holder])

    async def _save(self, jobs: Sequence[Job], *, sweeping: bool) -> set[str]:
        for job in jobs:
            if sweeping and job.doc.unsent is None:
                job.doc.unsent = job.doc.version + 1
            if not sweeping:
                self._set_due(job)
        return await self.store.save([job.doc for job in jobs])

    def _set_due(self, job: Job) -> None:
        """Move the timer, unless a sweep was cut short before its publish: then `due` is what brings it back."""
        if job.doc.unsent is not None:
            return
        timer = job.decision.timer
        job.doc.due = _not_before(timer.at) if timer else None
        job.doc.timeline = timer.timeline if timer else job.doc.timeline

    async def _publish_caused(self, jobs: Iterable[Job], tally: Tally) -> None:
        """Publish what came with this save, and again what came with the save of a repeated fact."""
        messages = [
            Message(fact.event.type, fact.event.subject.encode(), fact.raw.encode())
            for job in jobs
            for fact in job.doc.caused_by(job.saves)
        ]
        tally.published += len(messages)
        if messages:
            await self._publish(messages)

    def _dead_letter(self, record: Record, reason: str) -> Message:
        log.warning("event.dead-letter", topic=record.topic, partition=record.partition, offset=record.offset)
        origin = {
            "reason": reason[:1000],
            "topic": record.topic,
            "partition": str(record.partition),
            "offset": str(record.offset),
        }
        if record.value is not None and len(record.value) > LETTER_BYTES:
            origin["cut"] = f"{LETTER_BYTES} of {len(record.value)} bytes"
        headers = tuple((name, text.encode()) for name, text in origin.items())
        key = record.key and record.key[:MAX_KEY_BYTES]
        value = record.value and record.value[:LETTER_BYTES]
        return Message(dead_letter_topic(self.service.name), key, value, headers)


def _not_before(at: datetime) -> datetime:
    """The moment to the millisecond, as stores keep it, and never earlier: nobody is woken before the time."""
    return at + timedelta(microseconds=-at.microsecond % 1000)


def read_record(record: Record) -> AnyEvent:
    """Read a record; on the live timeline it can not speak of the future."""
    if record.value is None:
        raise BadEventError("the record has no value; every event has one")
    event = read_event(record.topic, record.value)
    taken_in = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    if event.timeline == LIVE and event.time > taken_in + AHEAD:
        raise BadEventError(
            f"time {event.time.isoformat()} lies in the future: the bus took it in at {taken_in.isoformat()}; "
            "mend the sender's clock and send it again"
        )
    return event


def _admit(job: Job, arrival: Arrival) -> str:
    """Add one arrival to the document; the reason why not, where it can not be taken."""
    doc, event = job.doc, arrival.event
    known = doc.facts.get(event.identity)
    if known is None:
        if len(doc.facts) >= MAX_FACTS:
            return f"{doc.key} already has {MAX_FACTS} events; its sender runs wild"
        if doc.characters + len(arrival.raw) > MAX_CHARACTERS:
            return f"{doc.key} would have more than {MAX_CHARACTERS} characters; send documents by reference"
        doc.add(event, arrival.raw, own=arrival.record is None, cause=arrival.cause)
        job.fresh.append(arrival)
    elif known.event.data != event.data:
        return f"id {event.id} of {event.source} was used before with other content; give every event its own id"
    elif known.version <= doc.version:
        job.repeats.append(known.version)
    return ""
