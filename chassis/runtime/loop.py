"""The one way every event of every service goes: load, fold, decide, save, publish, commit.

The caller commits offsets after `process` returned. So whatever dies on the way, the batch comes again: facts that are
known change nothing, and what was saved together with them is published again, same id, same bytes. The uncommitted
offset is the outbox. A sweep has no offset; there the document's `due` is: it moves only after the publish. The same
goes for what came of an effect: while it was carried out, others may have taken over and committed the batch.

On a timeline that ticks tell, what arrives is put on record and nothing is decided: that waits for the next tick, and
for all that lies before it (see `timekeeper`). So what is said follows from what was told until then, and from nothing
else: not from batches, nor from what was read first.

A batch may begin while the one before it is being saved and published: documents that both have wait for their turn, so
that each document goes the way above for one batch after the other.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import structlog

from chassis.core.arrival import Arrival
from chassis.core.decision import Allotment
from chassis.core.document import Document
from chassis.core.job import Job, Latest, PartialError
from chassis.core.service import Service, by_subject
from chassis.core.settle import Settlement, settle
from chassis.core.stream_time import Told
from chassis.runtime.bus.content_mode import STRUCTURED
from chassis.runtime.bus.record import (
    Kept,
    Message,
    Publish,
    Record,
    dead_letter,
    message_of,
    place_of,
    read_record,
    sender_of,
    taken_in_at,
)
from chassis.runtime.in_flight import Turn
from chassis.runtime.received import Received
from chassis.runtime.store.mongo import Store
from chassis.runtime.telemetry.logs import about, type_name
from chassis.runtime.telemetry.observe import NOBODY, UNKNOWN, UNREADABLE, Observer
from chassis.runtime.timelines import Timelines
from contracts.envelope import LIVE, AnyEvent
from contracts.rule_days import bounds_claims
from contracts.topics import BadEventError, UnknownTypeError, dead_letter_topic
from contracts.watermarks import TELL_TIME, TELLERS

log = structlog.get_logger(__name__)

SWEEP_PAGE = 600
"""Documents a sweep takes at once."""

CHUNK = 200
"""Documents that are loaded, saved and published together."""

AT_ONCE = 3
"""Chunks at work at the same time, of all batches: while one waits for the store or the bus, another is folded."""

KEPT = 2_000
"""Documents kept between batches: a dossier's next event often follows at once."""


class Settled(NamedTuple):
    """A decided document, and what is to be done with it."""

    job: Job
    settlement: Settlement


class Known(NamedTuple):
    """What is here of a document before anything new is added: with a state if it was kept."""

    doc: Document
    state: Any = None
    latest: Latest | None = None


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

    def __init__(self, service: Service[Any], store: Store, publish: Publish, observer: Observer = NOBODY) -> None:
        self.service = service
        self.store = store
        self.timelines = Timelines(store)
        self._publish = publish
        self._observer = observer
        self._kept: OrderedDict[str, Known] = OrderedDict()
        self._owned: object = None
        self._places = asyncio.Semaphore(AT_ONCE)

    def own(self, partitions: frozenset[int]) -> None:
        """These partitions are assigned; of an assignment before this one no document is kept.

        Others may have gone on with it since. Its guard would say so too, but later.
        """
        if partitions is not self._owned:
            self._owned = partitions
            self._kept.clear()
            self.timelines.forget()

    async def process(self, records: Sequence[Record], turn: Turn | None = None) -> Tally:
        """Take a batch all the way. Raises when the world is down; then call it again with the same batch.

        Raises:
            BehindError: the batch before it was given up, and this one has to come after it.
        """
        tally, dead, turn = Tally(), list[Message](), turn or Turn()
        arrivals, told = self._sort(records, tally, dead)
        turn.keys = frozenset(arrivals)
        if ticked := {one.event.timeline for found in arrivals.values() for one in found} - {LIVE}:
            await self.timelines.see(ticked)
        later = {key: found for key, found in arrivals.items() if turn.waits_for(key)}
        await self._settle_all({key: arrivals[key] for key in arrivals if key not in later}, None, tally, dead)
        if later:
            await turn.comes()
            await self._settle_all(later, None, tally, dead)
        if dead:
            await self._publish(dead)
        tally.dead = sum(one.topic == dead_letter_topic(self.service.name) for one in dead)
        await self.timelines.hear(told)
        return tally

    async def sweep(self, partitions: Iterable[int], timeline: str, now: datetime) -> int:
        """Decide again for every document whose time has come by this timeline's clock. Returns how many."""
        owned, total, found = list(partitions), 0, SWEEP_PAGE
        while found == SWEEP_PAGE:
            found = await self.sweep_page(owned, timeline, now)
            total += found
        return total

    async def sweep_page(self, partitions: Sequence[int], timeline: str, now: datetime) -> int:
        """The same for the most urgent ones, not more than SWEEP_PAGE."""
        keys = await self.store.due(partitions, timeline, now, SWEEP_PAGE)
        await self._settle_all({key: [] for key in keys}, now, Tally(), [], in_order=timeline != LIVE)
        return len(keys)

    def _sort(
        self, records: Sequence[Record], tally: Tally, dead: list[Message]
    ) -> tuple[dict[str, list[Arrival]], list[Told]]:
        """Arrivals by document, and what was told of the time on other timelines."""
        arrivals: dict[str, list[Arrival]] = defaultdict(list)
        told = list[Told]()
        for record in records:
            try:
                event = read_record(record)
                key = self.service.key(event)
            except UnknownTypeError as error:
                tally.unknown += 1
                self._observer.put_aside(record, UNKNOWN)
                log.info("event.unknown-type", type=type_name(str(error)), **place_of(record))
            except Exception as error:  # noqa: BLE001 - whatever one record raises, the others are read
                dead += self._put_aside(record, _said_of(error))
                self._observer.put_aside(record, UNREADABLE)
            else:
                if isinstance(event.data, TELL_TIME):
                    told.append(Told(event.timeline, event.time, TELLERS.get(event.type, "")))
                else:
                    arrivals[key].append(Received(event, record=record))
        return dict(arrivals), told

    async def _settle_all(
        self,
        arrivals: Mapping[str, list[Arrival]],
        now: datetime | None,
        tally: Tally,
        dead: list[Message],
        *,
        in_order: bool = False,
    ) -> None:
        """Settle all documents, a chunk at a time; unless in order, some chunks at once: no document is in two."""
        keys = list(arrivals)
        chunks = [{key: arrivals[key] for key in keys[n : n + CHUNK]} for n in range(0, len(keys), CHUNK)]
        if len(chunks) == 1 or in_order:
            for chunk in chunks:
                await self._settle(chunk, now, tally, dead)
            return

        async def settle(chunk: dict[str, list[Arrival]]) -> None:
            async with self._places:
                await self._settle(chunk, now, tally, dead)

        await _all(settle(chunk) for chunk in chunks)

    async def _settle(
        self, arrivals: Mapping[str, list[Arrival]], now: datetime | None, tally: Tally, dead: list[Message]
    ) -> None:
        """Advance the documents, carry out what they order outside, record what came of it, and move swept timers."""
        advanced = await self._advance(arrivals, now, tally, dead)
        done = dict(advanced)
        if now is None and any(settlement.after_publish for _, settlement in advanced.values()):
            await self._reschedule(advanced.values(), now)
        # What outcomes order in their turn is caused by what arrived, too: only that is redelivered.
        causes = {key: settlement.cause for key, (_, settlement) in advanced.items()}
        while self.service.perform and (effects := [e for job, _ in advanced.values() for e in job.decision.effects]):
            outcomes: dict[str, list[Arrival]] = defaultdict(list)
            for event in await self.service.perform(effects):
                key = self.service.key(event)
                outcomes[key].append(Arrival(event, causes[key]))
            advanced = await self._advance(outcomes, now, tally, dead, redelivered=False)
            done.update(advanced)
            if now is None:
                await self._reschedule(advanced.values(), now)
        if now is not None:
            await self._reschedule(done.values(), now)

    async def _advance(
        self,
        arrivals: Mapping[str, list[Arrival]],
        now: datetime | None,
        tally: Tally,
        dead: list[Message],
        *,
        redelivered: bool = True,
    ) -> dict[str, Settled]:
        """Load, fold, decide, save, publish. Whoever lost a guard is loaded and decided again, never overwritten."""
        done: dict[str, Settled] = {}
        pending = dict(arrivals)
        while pending:
            jobs = await self._decided(pending, now)
            settled = [Settled(job, self._settlement(job, now, redelivered=redelivered)) for job in jobs]
            lost = await self._save([one for one in settled if one.settlement.saved])
            tally.conflicts += len(lost)
            self._observer.conflicts(len(lost))
            done.update({one.job.doc.key: one for one in settled if one.job.doc.key not in lost})
            pending = {key: found for key, found in pending.items() if key in lost}
        for job, _ in done.values():
            tally.accepted += 0 if job.failed else len(job.fresh)
            tally.duplicates += len(job.repeats)
            for one, reason in job.rejected:
                if isinstance(one, Received):
                    dead += self._put_aside(one.record, reason, one.event, answered=not job.failed)
            dead += self._put_out(job)
        self._observer.took({key: arrivals[key] for key in done}, {key: job for key, (job, _) in done.items()})
        await self._publish_caused(done.values(), tally)
        for job, _ in done.values():
            self._keep(job)
        return done

    def _settlement(self, job: Job, now: datetime | None, *, redelivered: bool) -> Settlement:
        """What is published of a decided document, and when it is looked at again."""
        redelivered = redelivered and now is None
        return settle(job, self.timelines.seen, now=now, redelivered=redelivered)

    async def _decided(self, arrivals: Mapping[str, list[Arrival]], now: datetime | None) -> list[Job]:
        """Add what arrived to each document and decide: on what is here of it, or on the whole where it takes that."""
        docs = await self._documents(arrivals, sweeping=now is not None)
        jobs, partial = self._jobs(arrivals, docs, now)
        if partial:
            jobs = await self._with_whole(jobs, partial, arrivals, now)
        if partial := await self._allot(jobs, now):
            jobs = await self._with_whole(jobs, partial, arrivals, now)
            await self._allot([job for job in jobs if job.doc.key in partial], now)
        return jobs

    async def _with_whole(
        self, jobs: Sequence[Job], partial: Sequence[str], arrivals: Mapping[str, list[Arrival]], now: datetime | None
    ) -> list[Job]:
        """Decide those anew on the whole document; all in the order of the documents, in which numbers are given."""
        docs = {key: Known(doc) for key, doc in (await self.store.load(partial, whole=True)).items()}
        again, _ = self._jobs({key: arrivals[key] for key in partial}, docs, now)
        found = {job.doc.key: job for job in (*jobs, *again)}
        return [found[key] for key in arrivals if key in found]

    async def _documents(self, keys: Iterable[str], *, sweeping: bool) -> dict[str, Known]:
        """What is known of these documents, and of those that were kept the state; who fails has to load them anew."""
        docs = {key: self._kept.pop(key) for key in keys if key in self._kept}
        if sweeping and self.service.key is not by_subject:
            docs.clear()  # their events come in other partitions, too: whoever has those may have added some
        if missing := [key for key in keys if key not in docs]:
            docs |= {key: Known(doc) for key, doc in (await self.store.load(missing)).items()}
        return docs

    def _jobs(
        self, arrivals: Mapping[str, list[Arrival]], docs: Mapping[str, Known], now: datetime | None
    ) -> tuple[list[Job], list[str]]:
        """A job for each document, and the keys of those that have to be whole for that."""
        jobs, partial = list[Job](), list[str]()
        for key, found in arrivals.items():
            known = docs.get(key) or Known(_new(key, found[0]))
            if now is not None and not found and _was_swept(known.doc, now):
                continue
            job = Job(*known)
            try:
                job.take(found, self.service)
                self._decide(job, now)
            except PartialError:
                partial.append(key)
            else:
                jobs.append(job)
        return jobs, partial

    async def _allot(self, jobs: Sequence[Job], now: datetime | None) -> list[str]:
        """Get the numbers that decisions asked for, a series at a time, and decide on. Returns who has to be whole."""
        wanted: dict[str, list[tuple[Job, Allotment]]] = defaultdict(list)
        partial = list[str]()
        for job in jobs:
            if job.decision.allotment:
                wanted[job.decision.allotment.series].append((job, job.decision.allotment))
        for series, asking in wanted.items():
            numbers = await self.store.allot(series, [allotment.holder for _, allotment in asking])
            for job, allotment in asking:
                try:
                    self._decide(job, now, numbers[allotment.holder])
                except PartialError:
                    partial.append(job.doc.key)
        return partial

    def _decide(self, job: Job, now: datetime | None, number: int = 0) -> None:
        """Decide, and tell operators where that failed."""
        job.decide(self.service, now, number)
        if job.error:
            newest = job.fresh[-1].event if job.fresh else None
            log.error("decision.failed", exc_info=job.error, **{**about(newest), "dossier": job.doc.key})

    async def _save(self, settled: Sequence[Settled]) -> set[str]:
        for job, settlement in settled:
            job.doc.reschedule(settlement.at_save)
        return await self.store.save([job.doc for job, _ in settled]) if settled else set()

    async def _publish_caused(self, settled: Iterable[Settled], tally: Tally) -> None:
        """Publish what is to be published of these documents, which are saved."""
        facts = [fact for _, settlement in settled for fact in settlement.publish]
        messages = [
            Message(fact.event.type, fact.event.subject.encode(), fact.raw.encode(), STRUCTURED) for fact in facts
        ]
        tally.published += len(messages)
        if messages:
            await self._publish(messages)
            self._observer.said([fact.event for fact in facts])

    async def _reschedule(self, settled: Iterable[Settled], now: datetime | None) -> None:
        """Store when documents are looked at again, now that all of theirs is on the bus."""
        moved = [(job, settlement.after_publish) for job, settlement in settled if settlement.after_publish]
        if now is not None:
            self._observer.swept([job for job, _ in moved], now)
        for job, schedule in moved:
            self._kept.pop(job.doc.key, None)  # until it is stored, nobody may believe that the timer moved
            job.doc.reschedule(schedule)
        await self.store.move_due([job.doc for job, _ in moved])

    def _keep(self, job: Job) -> None:
        """Keep what the dossier's next event will need."""
        doc = job.doc
        if doc.version and not job.failed:
            doc.facts, doc.whole, doc.state = {}, False, {}
            self._kept[doc.key] = Known(doc, job.state, job.latest)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _put_out(self, job: Job) -> list[Message]:
        """The same about facts that turned out to be of another timeline than their document."""
        found = list[Message]()
        for fact in job.strangers if not job.failed else ():
            event, reason = fact.event, f"timeline: {job.doc.key} is on the timeline {job.doc.home}, as its birth says"
            stamp = int((event.taken_in or event.time).timestamp() * 1000)
            kept = Kept(event.type, job.doc.partition, stamp, event.subject.encode(), fact.raw.encode())
            found += self._put_aside(kept, reason, event)
        return found

    def _put_aside(
        self, record: Record, reason: str, event: AnyEvent | None = None, *, answered: bool = True
    ) -> list[Message]:
        """The letter about a record for operators, and the answer to its sender, where there is one to be given."""
        log.warning("event.dead-letter", **about(event), **place_of(record))
        letter = dead_letter(record, reason, self.service.name)
        if not answered or self.service.answer is None or not bounds_claims(taken_in_at(record)):
            return [letter]
        sender = sender_of(record, reason)
        answer = self.service.answer(sender) if sender else None
        return [letter, message_of(answer)] if answer else [letter]


def _said_of(error: Exception) -> str:
    """What a record's reader says; of what no reader says only the class, for its text may quote the record."""
    return str(error) if isinstance(error, BadEventError) else f"can not be read: {type(error).__name__}"


def _new(key: str, first: Arrival) -> Document:
    partition = first.record.partition if isinstance(first, Received) else 0
    return Document(key, partition=partition, timeline=first.event.timeline)


def _was_swept(doc: Document, now: datetime) -> bool:
    """Whether somebody else was faster; then it may know by now what this moment must not tell."""
    return doc.timeline != LIVE and (doc.due is None or doc.due > now)


async def _all(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it at once; where some fails, finish the rest before the first failure is told."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
