"""The store in memory: for unit tests and simulation, held to the same behaviour by the same tests as the real one."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from typing_extensions import override

from chassis.document import Document
from chassis.store import Store
from contracts.decision import Line


class MemoryStore(Store):
    """See chassis.store.Store. Copies on the way in and out, as a database does; `documents` are kept whole."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.series: dict[str, list[str]] = {}
        self.ticks: dict[tuple[str, int], datetime] = {}
        self._lines: dict[str, Line] = {}

    @override
    async def load(self, keys: Sequence[str], *, whole: bool = False) -> dict[str, Document]:
        return {key: _copy(self.documents[key], whole=whole) for key in keys if key in self.documents}

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        lost = set()
        for doc in documents:
            stored = self.documents.get(doc.key)
            if (stored.version if stored else 0) != doc.version:
                lost.add(doc.key)
            else:
                self.documents[doc.key] = _put(doc, stored)
                if doc.line:
                    self._lines[doc.key] = doc.line
                doc.version, doc.line, doc.earlier = doc.version + 1, None, set()
        return lost

    @override
    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        owned = set(partitions)
        ripe = [
            (doc.partition, doc.due, doc.key)
            for doc in self.documents.values()
            if doc.due is not None and doc.due <= now and doc.timeline == timeline and doc.partition in owned
        ]
        return [key for *_, key in sorted(ripe)[:limit]]

    @override
    async def move_due(self, documents: Sequence[Document]) -> None:
        for doc in documents:
            stored = self.documents[doc.key]
            if stored.version == doc.version:
                stored.due, stored.timeline, stored.unsent = doc.due, doc.timeline, doc.unsent

    @override
    async def allot(self, series: str, holders: Sequence[str]) -> dict[str, int]:
        taken = self.series.setdefault(series, [])
        taken.extend(holder for holder in dict.fromkeys(holders) if holder not in taken)
        return {holder: taken.index(holder) + 1 for holder in holders}

    @override
    async def tick(self, timeline: str, partition: int, now: datetime) -> None:
        clock = (timeline, partition)
        self.ticks[clock] = max(now, self.ticks.get(clock, now))

    @override
    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        owned = set(partitions)
        return {clock: now for clock, now in self.ticks.items() if clock[1] in owned}

    @override
    async def lines(self, first: str, last: str, *, most: bool = False) -> AsyncIterator[list[str]]:
        yield [line.text for line in self._lines.values() if first <= line.place <= last]


def _put(doc: Document, stored: Document | None) -> Document:
    """What is stored after a save: the facts so far, and what this save brings in."""
    before = stored.facts if stored else {}
    kept = _copy(doc, whole=True)
    kept.facts = {**before, **{fact.event.identity: fact for fact in doc.fresh}}
    kept.whole = True
    kept.version, kept.line, kept.earlier = kept.version + 1, None, set()
    return kept


def _copy(doc: Document, *, whole: bool) -> Document:
    copied = Document(**vars(doc))
    copied.known, copied.earlier = dict(doc.known), set()
    copied.facts = dict(doc.facts) if whole else {}
    copied.whole = whole
    copied.state = json.loads(json.dumps(doc.state))  # a copy, and only of what a database keeps
    return copied
