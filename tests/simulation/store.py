"""A store behind a wire: every call can be interrupted before and after it was carried out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from typing_extensions import override

from chassis.core.document import Document
from chassis.core.stream_time import Timeline, Told
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.store.protocol import Store
from tests.simulation.wire import Wire


class FarStore(Store):
    """One process's connection to its service's store."""

    def __init__(self, near: MemoryStore, wire: Wire) -> None:
        self.near = near
        self._wire = wire

    async def prepare(self, indexes: Sequence[Sequence[str]] = ()) -> None:
        """Nothing to prepare, but it may fail."""
        await self._wire.store(f"prepare {len(indexes)}")

    def close(self) -> None:
        """Nothing to close."""

    @override
    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        await self._wire.store("load")
        found = await self.near.load(keys, with_history=with_history)
        await self._wire.store("loaded")
        return found

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        await self._wire.store("save")
        lost = await self.near.save(documents)
        for doc in documents:
            self._tell(doc)
        await self._wire.store("saved")
        return lost

    @override
    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        await self._wire.store("due")
        ripe = await self.near.due(partitions, timeline, now, limit)
        self._wire.sky.counts["timers"] += len(ripe)
        return ripe

    @override
    async def move_due(self, documents: Sequence[Document]) -> None:
        for doc in documents:
            await self._wire.store("move")
            await self.near.move_due([doc])
            self._tell(doc)
        await self._wire.store("moved")

    @override
    async def allot(self, series: str, holders: Sequence[str]) -> dict[str, int]:
        await self._wire.store("allot")
        numbers = await self.near.allot(series, holders)
        await self._wire.store("allotted")
        return numbers

    @override
    async def hear(self, told: Sequence[Told]) -> None:
        await self._wire.store("hear")
        await self.near.hear(told)
        await self._wire.store("heard")

    @override
    async def timeline(self, name: str) -> Timeline:
        await self._wire.store("timeline")
        return await self.near.timeline(name)

    @override
    async def open_timelines(self) -> set[str]:
        await self._wire.store("open timelines")
        return await self.near.open_timelines()

    @override
    async def digested(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        await self._wire.store("digested")
        await self.near.digested(timeline, moments)

    @override
    async def passed_on(self, timeline: str, tick: datetime) -> None:
        await self._wire.store("passed on")
        await self.near.passed_on(timeline, tick)

    @override
    async def acted(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        await self._wire.store("acted")
        await self.near.acted(timeline, moments)
        await self._wire.store("acted on")

    @override
    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        await self._wire.store("clocks")
        return await self.near.clocks(partitions)

    def _tell(self, doc: Document) -> None:
        stored = self.near.documents[doc.key]
        self._wire.sky.trace.note(
            self._wire.owner.name, "stored", stored.key, stored.version, stored.due, stored.unsent, stored.state
        )
