"""The store in memory: for unit tests and simulation, held to the same behaviour by the same tests as the real one."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from typing_extensions import override

from chassis.core.decision import ReportRow
from chassis.core.document import Document
from chassis.core.stream_time import Timeline, Told, latest
from chassis.runtime.store.protocol import Store

K = TypeVar("K")


class MemoryStore(Store):
    """Copies on the way in and out, as a database does; `documents` are kept whole. See `Store`."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.series: dict[str, list[str]] = {}
        self.timelines: dict[str, Timeline] = {}
        self._lines: dict[str, ReportRow] = {}

    @override
    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        return {key: _copy(self.documents[key], with_history=with_history) for key in keys if key in self.documents}

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        lost = set()
        for doc in documents:
            stored = self.documents.get(doc.key)
            if (stored.version if stored else 0) != doc.version:
                lost.add(doc.key)
            else:
                self.documents[doc.key] = _put(doc, stored)
                if doc.report_row:
                    self._lines[doc.key] = doc.report_row
                doc.version, doc.report_row, doc.restamped = doc.version + 1, None, set()
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
    async def outdated(self, code: str, after: str, limit: int) -> list[str]:
        others = (key for key, doc in self.documents.items() if doc.code != code and key > after)
        return sorted(others)[:limit]

    @override
    async def count_outdated(self, code: str) -> int:
        return sum(doc.code != code for doc in self.documents.values())

    @override
    async def put_states(self, documents: Sequence[Document]) -> set[str]:
        lost = {doc.key for doc in documents if self.documents[doc.key].version != doc.version}
        for doc in documents:
            if doc.key not in lost:
                stored, folded = self.documents[doc.key], _copy(doc, with_history=False)
                stored.home, stored.state, stored.code = folded.home, folded.state, folded.code
                stored.fold_position, stored.own_fold_position = folded.fold_position, folded.own_fold_position
                stored.due, stored.timeline = folded.due, folded.timeline
                if doc.report_row:
                    self._lines[doc.key] = doc.report_row
        return lost

    @override
    async def allot(self, series: str, holders: Sequence[str]) -> dict[str, int]:
        taken = self.series.setdefault(series, [])
        taken.extend(holder for holder in dict.fromkeys(holders) if holder not in taken)
        return {holder: taken.index(holder) + 1 for holder in holders}

    @override
    async def hear(self, told: Sequence[Told]) -> None:
        for name, (ticks, passed) in latest(told).items():
            known = await self.timeline(name)
            self.timelines[name] = replace(known, ticks=known.ticks | ticks, passed=_furthest(known.passed, passed))

    @override
    async def timeline(self, name: str) -> Timeline:
        return self.timelines.get(name, Timeline())

    @override
    async def open_timelines(self) -> set[str]:
        return {name for name, known in self.timelines.items() if known.ticks}

    @override
    async def digested(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        known = await self.timeline(timeline)
        self.timelines[timeline] = replace(known, digested=_furthest(known.digested, moments))

    @override
    async def passed_on(self, timeline: str, tick: datetime) -> None:
        known = await self.timeline(timeline)
        rest = frozenset(later for later in known.ticks if later > tick)
        self.timelines[timeline] = replace(known, ticks=rest, passed_on=max(tick, known.passed_on or tick))

    @override
    async def acted(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        known = await self.timeline(timeline)
        self.timelines[timeline] = replace(known, acted=_furthest(known.acted, moments))

    @override
    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        owned = set(partitions)
        found = ((name, known.acted.items()) for name, known in self.timelines.items())
        return {(name, partition): now for name, acted in found for partition, now in acted if partition in owned}

    @override
    async def report_rows(self, first: str, last: str, *, most: bool = False) -> AsyncIterator[list[str]]:
        yield [line.text for line in self._lines.values() if first <= line.place <= last]


def _furthest(known: Mapping[K, datetime], told: Mapping[K, datetime]) -> dict[K, datetime]:
    return {**known, **{key: max(at, known.get(key, at)) for key, at in told.items()}}


def _put(doc: Document, stored: Document | None) -> Document:
    """The document as it is stored after a save: with the facts so far, and those of this save."""
    before = stored.facts if stored else {}
    kept = _copy(doc, with_history=True)
    kept.facts = {**before, **{fact.event.identity: fact for fact in doc.fresh}}
    kept.with_history = True
    kept.version, kept.report_row, kept.restamped = kept.version + 1, None, set()
    return kept


def _copy(doc: Document, *, with_history: bool) -> Document:
    copied = Document(**vars(doc))
    copied.fact_versions, copied.restamped = dict(doc.fact_versions), set()
    copied.facts = dict(doc.facts) if with_history else {}
    copied.with_history = with_history
    copied.state = json.loads(json.dumps(doc.state))  # a copy, and only of what a database keeps
    return copied
