"""The one way every event of every service goes: load, fold, decide, save, publish, commit.

The caller commits offsets after `process` returned. If this process dies on the way, Kafka redelivers the batch to
another one: facts that are known change nothing, and what was saved together with them is published again, same id,
same bytes. There is no outbox table. A timer sweep has no offset, so a document's `due` advances only after publishing.
The same goes for what came of an effect, because others may take over and commit the batch while it is carried out.
`chassis.core.settle` decides all of this; the loop obeys.

On a timeline that ticks tell, arrivals are put on record and nothing is decided. That waits for the next tick, and for
all that lies before it (see `timekeeper`). So events follow from what was told until then, and from nothing else: not
from how batches were cut, nor from what was read first.

A batch may begin while the one before it is being saved and published. Documents that both have wait for the earlier
one, so that each document goes the way above for one batch after the other.
"""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from typing import Any

from chassis.core.arrival import Arrival
from chassis.core.job import Job
from chassis.core.service import Service
from chassis.core.settle import Settlement, settle
from chassis.runtime.bus.content_mode import STRUCTURED
from chassis.runtime.bus.record import Message, Publish, Record
from chassis.runtime.bus.signed import BELIEVING, NOT_CHECKED, SIGNED, KeyTable, Signatures
from chassis.runtime.dead_letters import letters_about, letters_of
from chassis.runtime.deciding import Arrivals, Deciding
from chassis.runtime.document_cache import DocumentCache
from chassis.runtime.in_flight import InFlightBatch
from chassis.runtime.received import Received
from chassis.runtime.rounds import Round, Settled, Tally
from chassis.runtime.sorting import SortedBatch, sort
from chassis.runtime.store.protocol import Store
from chassis.runtime.telemetry.observe import NOBODY, Observer
from chassis.runtime.timelines import Timelines
from contracts.envelope import LIVE
from contracts.topics import dead_letter_topic

SWEEP_PAGE = 600
"""Documents that a sweep takes at once: three chunks, as many as are at work at the same time. Larger pages keep live
batches waiting for longer, because a sweep of a tick stops them; smaller ones ask the store more often."""

CHUNK = 200
"""Documents that are loaded, saved and published together: one read, one transaction, one wait for the bus. Smaller
chunks wait more often; larger ones make transactions that the store may refuse as too large, which are then halved."""

CHUNKS_AT_ONCE = 3
"""Chunks at work at the same time, of all batches: while one waits for the store or the bus, another is folded. With
one, the processor is idle meanwhile; with more, more documents are in memory, and the processor is busy already."""


class Loop:
    """The loop of one service instance."""

    def __init__(
        self,
        service: Service[Any],
        store: Store,
        publish: Publish,
        observer: Observer = NOBODY,
        signatures: KeyTable = BELIEVING,
    ) -> None:
        self.service = service
        self.store = store
        self.timelines = Timelines(store)
        self._publish = publish
        self._observer = observer
        self._signatures = signatures
        self._cache = DocumentCache()
        self._owned: object = None
        self._places = asyncio.Semaphore(CHUNKS_AT_ONCE)

    def own(self, partitions: frozenset[int]) -> None:
        """Take over these partitions, and drop the cache if they were assigned anew.

        Others may have saved its documents meanwhile. The guards would tell, too, but only at the next save.
        """
        if partitions is not self._owned:
            self._owned = partitions
            self._cache.clear()
            self.timelines.forget()

    async def process(self, records: Sequence[Record], in_flight: InFlightBatch | None = None) -> Tally:
        """Take a batch all the way. Raises when the world is down; then call it again with the same batch.

        Args:
            records: the batch.
            in_flight: its place behind the batch before it; None if nothing else is at work.

        Raises:
            BehindError: the batch before it was given up, and this one has to come after it.
        """
        in_flight = in_flight or InFlightBatch()
        arrivals, told, dead, unknown = self._sort(records, await self._signatures_of(records))
        batch = Round(dead=dead, tally=Tally(unknown=unknown))
        in_flight.keys = frozenset(arrivals)
        if ticked := {arrival.event.timeline for arrived in arrivals.values() for arrival in arrived} - {LIVE}:
            await self.timelines.see(ticked)
        later = {key: arrived for key, arrived in arrivals.items() if in_flight.waits_for(key)}
        await self._complete_all({key: arrivals[key] for key in arrivals if key not in later}, batch)
        if later:
            await in_flight.predecessor_done()
            await self._complete_all(later, batch)
        if batch.dead:
            await self._publish(batch.dead)
        batch.tally.dead = sum(message.topic == dead_letter_topic(self.service.name) for message in batch.dead)
        await self.timelines.hear(told)
        return batch.tally

    async def sweep(self, partitions: Iterable[int], timeline: str, now: datetime) -> int:
        """Decide again for every document whose time has come by this timeline's clock. Returns how many."""
        owned, total, found = list(partitions), 0, SWEEP_PAGE
        while found == SWEEP_PAGE:
            found = await self.sweep_page(owned, timeline, now)
            total += found
        return total

    async def sweep_page(self, partitions: Sequence[int], timeline: str, now: datetime) -> int:
        """Decide again for the most urgent of these documents, at most SWEEP_PAGE. Returns how many."""
        keys = await self.store.due(partitions, timeline, now, SWEEP_PAGE)
        await self._complete_all({key: [] for key in keys}, Round(now), in_order=timeline != LIVE)
        return len(keys)

    async def _signatures_of(self, records: Sequence[Record]) -> Signatures:
        """What these are checked by: all keys that were told of before the last of them. Only claims need any."""
        return await self._signatures.now() if any(record.topic in SIGNED for record in records) else NOT_CHECKED

    def _sort(self, records: Sequence[Record], signatures: Signatures) -> SortedBatch:
        return sort(records, self.service, self._observer, signatures)

    async def _complete_all(self, arrivals: Arrivals, current: Round, *, in_order: bool = False) -> None:
        """Take all documents all the way, in chunks: one after the other if `in_order`, else some at once.

        No document is in two chunks, so they do not disturb each other.
        """
        keys = list(arrivals)
        chunks = [{key: arrivals[key] for key in keys[n : n + CHUNK]} for n in range(0, len(keys), CHUNK)]
        if len(chunks) == 1 or in_order:
            for chunk in chunks:
                await self._complete(chunk, current)
            return

        async def complete(chunk: Arrivals) -> None:
            async with self._places:
                await self._complete(chunk, current)

        await _all(complete(chunk) for chunk in chunks)

    async def _complete(self, arrivals: Arrivals, current: Round) -> None:
        """Advance the documents, carry out their effects, advance them by the outcomes, and move timers."""
        advanced = await self._advance(arrivals, current)
        done = dict(advanced)
        if current.now is None and any(settlement.after_publish for _, settlement in advanced.values()):
            await self._reschedule(advanced.values(), current)
        # Outcomes that order further effects are caused by the same arrivals: only those are redelivered.
        causes = {key: settlement.cause for key, (_, settlement) in advanced.items()}
        while self.service.perform and (effects := [e for job, _ in advanced.values() for e in job.decision.effects]):
            outcomes: dict[str, list[Arrival]] = defaultdict(list)
            for event in await self.service.perform(effects):
                key = self.service.key(event)
                outcomes[key].append(Arrival(event, causes[key]))
            advanced = await self._advance(outcomes, current, redelivered=False)
            done.update(advanced)
            if current.now is None:
                await self._reschedule(advanced.values(), current)
        if current.now is not None:
            await self._reschedule(done.values(), current)

    async def _advance(self, arrivals: Arrivals, current: Round, *, redelivered: bool = True) -> dict[str, Settled]:
        """Load, fold, decide, save, publish. A document that lost its guard is loaded and decided again."""
        done: dict[str, Settled] = {}
        pending = dict(arrivals)
        while pending:
            jobs = await Deciding(self.service, self.store, self._cache, pending, current.now).jobs()
            settled = [Settled(job, self._settlement(job, current.now, redelivered=redelivered)) for job in jobs]
            lost = await self._save([made for made in settled if made.settlement.saved])
            current.tally.conflicts += len(lost)
            self._observer.conflicts(len(lost))
            done.update({made.job.doc.key: made for made in settled if made.job.doc.key not in lost})
            pending = {key: arrived for key, arrived in pending.items() if key in lost}
        for job, _ in done.values():
            self._account(job, current)
        self._observer.took({key: arrivals[key] for key in done}, {key: job for key, (job, _) in done.items()})
        await self._publish_settled(done.values(), current.tally)
        for job, _ in done.values():
            self._cache.keep(job)
        return done

    def _settlement(self, job: Job, now: datetime | None, *, redelivered: bool) -> Settlement:
        """The orders of `chassis.core.settle` for a decided document. A sweep is never redelivered."""
        return settle(job, self.timelines.seen, now=now, redelivered=redelivered and now is None)

    async def _save(self, settled: Sequence[Settled]) -> set[str]:
        """Save the documents; returns the keys of those that somebody else has saved since they were loaded."""
        for job, settlement in settled:
            job.doc.reschedule(settlement.at_save)
        return await self.store.save([job.doc for job, _ in settled]) if settled else set()

    def _account(self, job: Job, current: Round) -> None:
        """Count what arrived, and write the letters about what was refused."""
        current.tally.accepted += 0 if job.failed else len(job.fresh)
        current.tally.duplicates += len(job.repeats)
        for arrival, reason in job.rejected:
            if isinstance(arrival, Received):
                current.dead += letters_about(
                    self.service, arrival.record, reason, arrival.event, answered=not job.failed
                )
        current.dead += letters_of(self.service, job)

    async def _publish_settled(self, settled: Iterable[Settled], tally: Tally) -> None:
        """Publish what is to be published of these documents, which are saved."""
        facts = [fact for _, settlement in settled for fact in settlement.publish]
        messages = [
            Message(fact.event.type, fact.event.subject.encode(), fact.raw.encode(), STRUCTURED) for fact in facts
        ]
        tally.published += len(messages)
        if messages:
            await self._publish(messages)
            self._observer.emitted([fact.event for fact in facts])

    async def _reschedule(self, settled: Iterable[Settled], current: Round) -> None:
        """Store the schedules that count after the publish."""
        moved = [(job, settlement.after_publish) for job, settlement in settled if settlement.after_publish]
        if current.now is not None:
            self._observer.swept([job for job, _ in moved], current.now)
        for job, schedule in moved:
            self._cache.take(job.doc.key)  # if storing it fails, the cache must not hold a timer that did not move
            job.doc.reschedule(schedule)
        await self.store.move_due([job.doc for job, _ in moved])


async def _all(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it at once. If some fails, finish the rest, then raise the first failure."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
