"""One instance of a service: takes batches and sweeps, may fail, die, and not know that its partitions are gone."""

from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from random import Random
from typing import Any

from typing_extensions import override

from chassis.document import Document
from chassis.loop import Loop
from chassis.memory import MemoryStore
from chassis.record import Message
from chassis.service import Service
from chassis.store import Store
from contracts.envelope import LIVE
from tests.simulation.bus import PARTITIONS, Bus, BusRecord, Place
from tests.simulation.points import Point, WorldDownError

BATCH = 6


class FarStore(Store):
    """A store behind a network: every call can be interrupted before and after it was carried out."""

    def __init__(self, near: MemoryStore) -> None:
        self.near = near

    @override
    async def load(self, keys: Sequence[str]) -> dict[str, Document]:
        await Point("load")
        found = await self.near.load(keys)
        await Point("loaded")
        return found

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        lost: set[str] = set()
        for doc in documents:
            await Point("save")
            lost |= await self.near.save([doc])
        await Point("saved")
        return lost

    @override
    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        await Point("due")
        return await self.near.due(partitions, timeline, now, limit)

    @override
    async def move_due(self, documents: Sequence[Document]) -> None:
        for doc in documents:
            await Point("move")
            await self.near.move_due([doc])
        await Point("moved")

    @override
    async def allot(self, series: str, holders: Sequence[str]) -> dict[str, int]:
        await Point("allot")
        numbers = await self.near.allot(series, holders)
        await Point("allotted")
        return numbers

    @override
    async def tick(self, timeline: str, partition: int, now: datetime) -> None:
        await Point("tick")
        await self.near.tick(timeline, partition, now)

    @override
    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        await Point("clocks")
        return await self.near.clocks(partitions)


class Group:
    """The instances of one service: what they share on the bus and in the store."""

    def __init__(self, service: Service[Any], bus: Bus, store: MemoryStore) -> None:
        self.service = service
        self.bus = bus
        self.store = store
        self.committed: dict[Place, int] = {}
        self.owners: dict[int, Instance] = {}

    @cached_property
    def places(self) -> list[Place]:
        """Every partition of every topic it reads."""
        return [(topic, partition) for topic in self.service.topics for partition in range(PARTITIONS)]

    @property
    def lag(self) -> int:
        """Records that are not committed."""
        return sum(self.bus.end(place) - self.committed.get(place, 0) for place in self.places)


class Instance:
    """One process. It believes to own `believed`; the group knows better."""

    def __init__(self, group: Group, loop: type[Loop], service: Service[Any], *, commits_first: bool) -> None:
        self.group = group
        self.loop = loop(service, FarStore(group.store), self._publish)
        self.believed: set[int] = set()
        self._positions: dict[Place, int] = {}
        self._commits_first = commits_first
        self._task: Coroutine[Any, Any, None] | None = None
        self._batch: list[BusRecord] = []

    @property
    def busy(self) -> bool:
        """Whether it is in the middle of something."""
        return self._task is not None

    def assign(self, partition: int) -> None:
        """A rebalance gives it a partition, to be read from where the group has committed."""
        self.group.owners[partition] = self
        self.believed.add(partition)
        self.rewind({partition})

    def rewind(self, partitions: Iterable[int]) -> None:
        """Read again from what is committed."""
        for place in self.group.places:
            if place[1] in partitions:
                self._positions[place] = self.group.committed.get(place, 0)

    def notice(self) -> None:
        """Learn which partitions are gone."""
        self.believed = {one for one, owner in self.group.owners.items() if owner is self}

    def fetch(self, rng: Random) -> list[BusRecord]:
        """The next batch: some records of some partitions, in order within each, topics as they come."""
        batch: list[BusRecord] = []
        unread = [place for place in self.group.places if place[1] in self.believed and self._unread(place)]
        for place in rng.sample(unread, len(unread)):
            position = self._positions.get(place, 0)
            batch += self.group.bus.logs[place][position : position + rng.randint(1, BATCH)]
            if len(batch) >= BATCH:
                break
        for record in batch:
            self._positions[record.topic, record.partition] = record.offset + 1
        return batch

    def _unread(self, place: Place) -> bool:
        return self._positions.get(place, 0) < self.group.bus.end(place)

    def begin_batch(self, batch: list[BusRecord]) -> None:
        """Start to work on a batch."""
        self._batch, self._task = batch, self._take(batch)

    def begin_sweep(self, now: datetime) -> None:
        """Start to wake what is due."""
        self._batch, self._task = [], self._sweep(now)

    def step(self, error: WorldDownError | None = None) -> None:
        """Go on to the next point; a batch that failed is tried again, as `chassis.bus` does."""
        if self._task is None:
            raise AssertionError("an idle instance has no next step")
        try:
            self._task.send(None) if error is None else self._task.throw(error)
        except StopIteration:
            self._task = None
        except WorldDownError:
            self._task = self._take(self._batch) if self._batch else None

    def die(self) -> None:
        """Whatever it was doing ends here."""
        if self._task is not None:
            self._task.close()
        self._task = None

    async def _take(self, batch: list[BusRecord]) -> None:
        if self._commits_first:
            self._commit(batch)
        await self.loop.process(batch)
        await Point("commit")
        self._commit(batch)
        await Point("committed")

    async def _sweep(self, now: datetime) -> None:
        owned = sorted(self.believed)
        await self.loop.sweep(owned, LIVE, now)
        for (timeline, partition), then in (await self.loop.store.clocks(owned)).items():
            await self.loop.sweep([partition], timeline, then)

    def _commit(self, batch: list[BusRecord]) -> None:
        """The broker takes a commit only from whoever owns the partition now."""
        for record in batch:
            if self.group.owners.get(record.partition) is self:
                place = (record.topic, record.partition)
                self.group.committed[place] = record.offset + 1

    async def _publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            await Point("publish")
            self.group.bus.append(message)
        await Point("published")
