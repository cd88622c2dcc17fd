"""From arrivals to decided documents: load what is needed of each, add what arrived, decide, get numbers, decide on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from chassis.core.arrival import Arrival
from chassis.core.decision import Allotment
from chassis.core.document import Document
from chassis.core.folding import HistoryNeededError, IncrementalFold
from chassis.core.job import Job
from chassis.core.service import Service, by_subject
from chassis.runtime.document_cache import CachedDocument, DocumentCache
from chassis.runtime.received import Received
from chassis.runtime.store.protocol import Store
from chassis.runtime.telemetry.logs import about
from contracts.envelope import LIVE

log = structlog.get_logger(__name__)

Arrivals = Mapping[str, Sequence[Arrival]]
"""Arrivals by document; none for a document that is only due."""


@dataclass(frozen=True)
class Deciding:
    """Decides the documents of one chunk.

    Attributes:
        service: whose documents they are.
        store: of the service.
        cache: documents are taken out of it; whoever finishes one puts it back.
        arrivals: what arrived for each document.
        now: the moment of a sweep; None where only what arrived counts.
    """

    service: Service[Any]
    store: Store
    cache: DocumentCache
    arrivals: Arrivals
    now: datetime | None

    async def jobs(self) -> list[Job]:
        """Add what arrived to each document and decide, with its history only where that is needed."""
        jobs, partial = self._decided(self.arrivals, await self._documents())
        if partial:
            jobs = await self._with_history(jobs, partial)
        if partial := await self._allot(jobs):
            jobs = await self._with_history(jobs, partial)
            await self._allot([job for job in jobs if job.doc.key in partial])
        return jobs

    async def _documents(self) -> dict[str, CachedDocument]:
        """The documents that exist: from the cache, or loaded without their facts."""
        docs = {key: cached for key in self.arrivals if (cached := self.cache.take(key))}
        if self.now is not None and self.service.key is not by_subject:
            docs.clear()  # their events come in other partitions, too: whoever has those may have added some
        if missing := [key for key in self.arrivals if key not in docs]:
            docs |= {key: CachedDocument(doc) for key, doc in (await self.store.load(missing)).items()}
        return docs

    async def _with_history(self, jobs: Sequence[Job], partial: Sequence[str]) -> list[Job]:
        """Decide those anew with their history; returns all in the order of arrivals, in which numbers are given."""
        loaded = await self.store.load(partial, with_history=True)
        docs = {key: CachedDocument(doc) for key, doc in loaded.items()}
        again, _ = self._decided({key: self.arrivals[key] for key in partial}, docs)
        found = {job.doc.key: job for job in (*jobs, *again)}
        return [found[key] for key in self.arrivals if key in found]

    def _decided(self, arrivals: Arrivals, docs: Mapping[str, CachedDocument]) -> tuple[list[Job], list[str]]:
        """A decided job for each document, and the keys of those that need their history for that."""
        jobs, partial = list[Job](), list[str]()
        for key, arrived in arrivals.items():
            cached = docs.get(key) or CachedDocument(_new(key, arrived[0]))
            if self.now is not None and not arrived and _was_swept(cached.doc, self.now):
                continue
            job = Job(cached.doc, IncrementalFold(*cached))
            try:
                job.take(arrived, self.service)
                self._decide(job)
            except HistoryNeededError:
                partial.append(key)
            else:
                jobs.append(job)
        return jobs, partial

    async def _allot(self, jobs: Sequence[Job]) -> list[str]:
        """Get the numbers asked for, a series at a time, and decide on. Returns the keys of who needs the history."""
        wanted: dict[str, list[tuple[Job, Allotment]]] = defaultdict(list)
        partial = list[str]()
        for job in jobs:
            if job.decision.allotment:
                wanted[job.decision.allotment.series].append((job, job.decision.allotment))
        for series, asking in wanted.items():
            numbers = await self.store.allot(series, [allotment.holder for _, allotment in asking])
            for job, allotment in asking:
                try:
                    self._decide(job, numbers[allotment.holder])
                except HistoryNeededError:
                    partial.append(job.doc.key)
        return partial

    def _decide(self, job: Job, number: int = 0) -> None:
        """Decide, and tell operators where that failed."""
        job.decide(self.service, self.now, number)
        if job.error:
            newest = job.fresh[-1].event if job.fresh else None
            log.error("decision.failed", exc_info=job.error, **{**about(newest), "dossier": job.doc.key})


def _new(key: str, first: Arrival) -> Document:
    partition = first.record.partition if isinstance(first, Received) else 0
    return Document(key, partition=partition, timeline=first.event.timeline)


def _was_swept(doc: Document, now: datetime) -> bool:
    """True if another instance has swept it already. Its facts may by now be later than this tick may know."""
    return doc.timeline != LIVE and (doc.due is None or doc.due > now)
