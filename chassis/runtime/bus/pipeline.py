"""Batches at work: the next one is begun while the last one is saved and published; they are committed in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiokafka import TopicPartition

from chassis.runtime.bus.reading import Batch
from chassis.runtime.bus.record import Record
from chassis.runtime.bus.works import Works
from chassis.runtime.in_flight import InFlightBatch

AT_WORK = 2
"""Batches in flight at the same time: one is folded while the other waits for store and bus. With one, the processor is
idle meanwhile. More are not possible, because a batch knows of the one before it alone."""

Handle = Callable[[Sequence[Record], InFlightBatch], Awaitable[None]]
"""Takes a batch all the way but for its commit; raises when the world is down, and is called again."""


class _AtWork(NamedTuple):
    """A batch at work, and the task that carries it; its result is whether the batch after it may be committed."""

    records: Sequence[Record]
    carried: "asyncio.Task[bool]"


class Pipeline:
    """Takes batches in, carries them, and has them committed by whoever it is part of."""

    def __init__(self, handle: Handle, works: Works) -> None:
        self.owned: frozenset[int] = frozenset()
        self._handle = handle
        self._works = works
        self._door = asyncio.Lock()
        self._waiting: Sequence[Record] = ()
        self._at_work: dict[InFlightBatch, _AtWork] = {}

    @property
    def busy(self) -> bool:
        """True while anything is at work: a batch, or another task that is tried until it is done."""
        return bool(self._at_work) or self._works.busy

    @property
    def stopping(self) -> bool:
        """True if nothing is begun any more."""
        return self._works.stopping

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """A context in which nothing is at work and nothing is begun."""
        async with self._door:
            await self._all_ended()
            yield

    async def _all_ended(self) -> None:
        while self._at_work:
            await asyncio.wait([batch.carried for batch in self._at_work.values()])

    def _unfinished(self) -> Iterator[Record]:
        for records in (self._waiting, *(batch.records for batch in self._at_work.values())):
            yield from records

    async def _take_in(self, batch: Batch) -> None:
        """Begin a batch, and return when another may be asked for."""
        if not batch.records and not batch.offsets:
            return
        owned, self._waiting = self.owned, batch.records
        async with self._door:
            if self.stopping or any(in_flight.owned is not owned for in_flight in self._at_work):
                await self._all_ended()
            # A batch that failed and was given up may lie before this one: committing this would skip it. And what was
            # read before the partitions were taken away comes again, to whoever has them now.
            if not self.stopping and self.owned is owned:
                self._begin(batch, owned)
            self._waiting = ()
        while len(self._at_work) >= AT_WORK:
            first = next(iter(self._at_work.values()))
            await asyncio.wait([first.carried])

    def _begin(self, batch: Batch, owned: frozenset[int]) -> None:
        before, earlier = next(reversed(self._at_work.items()), (None, None))
        in_flight = InFlightBatch(owned, before)
        carrying = self._carry(batch, in_flight, earlier.carried if earlier else None)
        self._at_work[in_flight] = _AtWork(batch.records, asyncio.create_task(carrying))

    async def _carry(self, batch: Batch, in_flight: InFlightBatch, earlier: "asyncio.Task[bool] | None") -> bool:
        """Take a batch all the way, and commit it when all before it is committed. True if the next one may be, too."""
        try:
            done = not batch.records or await self.persist(lambda: self._handle(batch.records, in_flight))
            in_flight.end(done=done)
            done = done and (earlier is None or await earlier)
            # Who has these partitions since then may be further: what outlived its assignment would set the group back.
            if done and self.owned is in_flight.owned:
                await self._commit(batch.offsets)
            return done
        finally:
            del self._at_work[in_flight]

    async def persist(self, task: Callable[[], Awaitable[None]]) -> bool:
        """Repeat a task with back-off until it is done; False if it was given up because the process stops.

        Batches are done so, and tasks before the first batch or at rest.
        """
        return await self._works.persist(task)

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit how far a batch goes."""
        raise NotImplementedError
