"""Loops that are wrong on purpose, each by one step: a simulation that does not catch them proves nothing."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from typing_extensions import override

from chassis.document import Document
from chassis.job import Job
from chassis.loop import Loop, Tally
from chassis.memory import MemoryStore
from chassis.record import Message
from chassis.service import Service
from contracts.decision import Decision
from contracts.envelope import AnyEvent
from tests.simulation.world import Variant


class PublishesFirst(Loop):
    """Publishes what it is about to save."""

    @override
    async def _save(self, jobs: Sequence[Job], *, sweeping: bool) -> set[str]:
        await self._publish(
            [
                Message(fact.event.type, fact.event.subject.encode(), fact.raw.encode())
                for job in jobs
                for fact in job.doc.facts.values()
                if fact.own and fact.version > job.doc.version
            ]
        )
        return await super()._save(jobs, sweeping=sweeping)


class ForgetsTheUnsent(Loop):
    """A sweep moves the timer with its save, before the publish."""

    @override
    async def _save(self, jobs: Sequence[Job], *, sweeping: bool) -> set[str]:
        lost = await super()._save(jobs, sweeping=False)
        for job in jobs:
            if sweeping:
                job.repeats.append(job.doc.version)
        return lost


class NeverRepeats(Loop):
    """Takes a known fact for one that was dealt with to the end."""

    @override
    async def _publish_caused(self, jobs: Iterable[Job], tally: Tally) -> None:
        jobs = list(jobs)
        for job in jobs:
            job.repeats.clear()
        await super()._publish_caused(jobs, tally)


class SkipsWhoWasFaster(Loop):
    """Lets a document go whose guard was lost, instead of deciding again."""

    @override
    async def _save(self, jobs: Sequence[Job], *, sweeping: bool) -> set[str]:
        await super()._save(jobs, sweeping=sweeping)
        return set()


class Unguarded(MemoryStore):
    """Overwrites whatever is there."""

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        for doc in documents:
            stored = self.documents.get(doc.key)
            if stored is not None:
                stored.version = doc.version
            else:
                doc.version = 0
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

    return replace(service, decide=decide)


BROKEN = (
    Variant("commits before it publishes", commits_first=True),
    Variant("publishes before it saves", loop=PublishesFirst),
    Variant("saves without a guard", store=Unguarded),
    Variant("skips a document whose guard was lost", loop=SkipsWhoWasFaster),
    Variant("moves a timer before its publish", loop=ForgetsTheUnsent),
    Variant("never publishes again", loop=NeverRepeats),
    Variant("makes random ids", service=with_random_ids),
)
