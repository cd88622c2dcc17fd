"""Loops that are wrong on purpose, each by one step: a simulation that does not catch them proves nothing.

`found_within` is measured, with a margin: among so many seeds, from 0, at least one breaks a law.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

from typing_extensions import override

from chassis.core.decision import Decision
from chassis.core.document import Document
from chassis.core.job import Job
from chassis.core.service import Service
from chassis.core.settle import Settlement
from chassis.runtime.bus.record import Record, message_of
from chassis.runtime.in_flight import InFlightBatch
from chassis.runtime.loop import Loop
from chassis.runtime.rounds import Settled, Tally
from chassis.runtime.store.memory import MemoryStore
from contracts.claims import ClockTicked
from contracts.envelope import LIVE, AnyEvent
from contracts.topics import BadEventError, UnknownTypeError, read_event
from contracts.watermarks import TELL_TIME
from tests.simulation.broken_members import (
    CommitsAhead,
    CommitsAutomatically,
    CommitsFirst,
    CommitsRecords,
    NeverGoesBack,
    ReadsUncommitted,
)
from tests.simulation.services import altered
from tests.simulation.variants import Variant


class Overtakes(Loop):
    """Lets no document wait for the batch before."""

    @override
    async def process(self, records: Sequence[Record], in_flight: InFlightBatch | None = None) -> Tally:
        return await super().process(records)


class GoesByArrivals(Loop):
    """Takes what arrives for a clock: on timelines that ticks tell, decides at once what it makes due."""

    @override
    async def process(self, records: Sequence[Record], in_flight: InFlightBatch | None = None) -> Tally:
        tally = await super().process(records, in_flight)
        for event, partition in _ticked(records):
            if not isinstance(event.data, TELL_TIME):
                await self.sweep(
                    [partition], event.timeline, self.timelines.seen[event.timeline].not_before(event.time)
                )
        return tally


class ActsAtOnce(Loop):
    """Acts on a tick when it is read, whatever is still to be read."""

    @override
    async def process(self, records: Sequence[Record], in_flight: InFlightBatch | None = None) -> Tally:
        tally = await super().process(records, in_flight)
        for event, partition in _ticked(records):
            if isinstance(event.data, ClockTicked):
                await self.sweep([partition], event.timeline, event.time)
        return tally


def _ticked(records: Iterable[Record]) -> Iterator[tuple[AnyEvent, int]]:
    """What is told on other timelines than the live one."""
    for record in records:
        with suppress(BadEventError, UnknownTypeError):
            event = read_event(record.topic, record.value or b"")
            if event.timeline != LIVE:
                yield event, record.partition


class PublishesFirst(Loop):
    """Publishes what it is about to save."""

    @override
    async def _save(self, settled: Sequence[Settled]) -> set[str]:
        own = [fact for job, _ in settled for fact in job.doc.fresh if fact.own]
        if own:
            await self._publish([message_of(fact.event) for fact in own])
        return await super()._save(settled)


class ForgetsTheUnsent(Loop):
    """A sweep moves the timer with its save, before the publish."""

    @override
    def _settlement(self, job: Job, now: datetime | None, *, redelivered: bool) -> Settlement:
        settlement = super()._settlement(job, now, redelivered=redelivered)
        return settlement._replace(at_save=settlement.after_publish or settlement.at_save)


class NeverRepeats(Loop):
    """Takes a known fact for one that was dealt with to the end."""

    @override
    def _settlement(self, job: Job, now: datetime | None, *, redelivered: bool) -> Settlement:
        job.repeats.clear()
        return super()._settlement(job, now, redelivered=redelivered)


class SkipsWhoWasFaster(Loop):
    """Lets a document go whose guard was lost, instead of deciding again."""

    @override
    async def _save(self, settled: Sequence[Settled]) -> set[str]:
        await super()._save(settled)
        return set()


class Unguarded(MemoryStore):
    """Overwrites whatever is there."""

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        for doc in documents:
            stored = self.documents.get(doc.key)
            if stored is not None:
                stored.version = doc.version
                stored.facts = {
                    identity: fact for identity, fact in stored.facts.items() if identity in doc.fact_versions
                }
        return await super().save(documents)


def with_random_ids(service: Service[Any], rng: Random) -> Service[Any]:
    """Ids that say nothing: every process has its own."""
    namespace = uuid.UUID(int=rng.getrandbits(128))

    def renamed(event: AnyEvent) -> AnyEvent:
        return event.model_copy(update={"id": str(uuid.uuid5(namespace, event.id))})

    def decide(state: Any, now: datetime) -> Decision:
        decision = service.decide(state, now)
        allotment = decision.allotment
        if allotment is not None:
            then = allotment.then
            allotment = replace(allotment, then=lambda number: renamed(then(number)))
        return replace(decision, events=tuple(map(renamed, decision.events)), allotment=allotment)

    return altered(service, decide=decide)


def as_they_come(service: Service[Any], _rng: Random) -> Service[Any]:
    """A fold that depends on the order of arrival."""
    arrivals = count()
    return altered(service, placed=lambda event: service.placed(event)._replace(order=f"{next(arrivals):09}"))


BROKEN = (
    Variant("commits before it publishes", member=CommitsFirst, found_within=40),
    Variant("commits automatically", member=CommitsAutomatically, found_within=150),
    Variant("commits a batch before the one before it", member=CommitsAhead, found_within=150),
    Variant("never goes back after a fetch that raised", member=NeverGoesBack, found_within=40),
    Variant("reads what is not committed", member=ReadsUncommitted, found_within=20),
    Variant("commits records and not positions", member=CommitsRecords, found_within=20),
    Variant("lets a batch overtake the one before it", loop=Overtakes, found_within=150),
    Variant("goes by arrivals where ticks tell the time", loop=GoesByArrivals, found_within=20),
    Variant("acts on a tick at once", loop=ActsAtOnce, found_within=20),
    Variant("publishes before it saves", loop=PublishesFirst, found_within=100),
    Variant("saves without a guard", store=Unguarded, found_within=80),
    Variant("skips a document whose guard was lost", loop=SkipsWhoWasFaster, found_within=80),
    Variant("moves a timer before its publish", loop=ForgetsTheUnsent, found_within=100),
    Variant("never publishes again", loop=NeverRepeats, found_within=30),
    Variant("makes random ids", service=with_random_ids, found_within=15),
    Variant("folds in the order of arrival", service=as_they_come, found_within=15),
)
