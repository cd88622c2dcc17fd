"""Members of a group that read or commit wrongly on purpose, each by one step."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka.errors import KafkaError
from typing_extensions import override

from chassis.runtime.bus.reading import Batch
from chassis.runtime.in_flight import InFlightBatch
from tests.simulation.bus import Place
from tests.simulation.process import Member
from tests.simulation.reader import Reader


class CommitsFirst(Member):
    """Commits a batch when it is given it."""

    @override
    async def _take_in(self, batch: Batch) -> None:
        await self._commit(batch.offsets)
        await super()._take_in(batch)


class CommitsAutomatically(Member):
    """Commits now and then, and before a rebalance, whatever it was given, done or not."""

    @override
    async def start(self) -> None:
        await super().start()
        asyncio.create_task(self._commit_now_and_then())  # noqa: RUF006 - it ends with its process

    async def _commit_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(5)
            await self._commit_positions()

    @override
    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        await self._commit_positions()
        await super().on_partitions_revoked(revoked)

    async def _commit_positions(self) -> None:
        with suppress(KafkaError):
            if self.reader is not None:
                await self.reader.commit(_owned(self.reader))

    @override
    async def _commit(self, offsets: Mapping[Any, int]) -> None:
        """By the timer only."""


class CommitsAhead(Member):
    """Commits a batch when it is done, whatever has become of the one before it."""

    @override
    async def _carry(self, batch: Batch, in_flight: InFlightBatch, earlier: "asyncio.Task[bool] | None") -> bool:
        return await super()._carry(batch, in_flight, None)


class NeverGoesBack(Member):
    """Asks on after a fetch raised, from wherever aiokafka stands then."""

    @override
    async def start(self) -> None:
        await super().start()
        if self._reading:
            self._reading._go_back = self._stay  # type: ignore[method-assign]

    async def _stay(self) -> None:
        if self._reading:
            self._reading._astray = False


class ReadsAll(Reader):
    """A consumer as aiokafka makes it by default."""

    committed_only = False


class ReadsUncommitted(Member):
    """Takes for a fact what its sender may take back."""

    consumer_type = ReadsAll


class CommitsRecords(Member):
    """Commits the offsets of records, not how far it has read: behind a marker there is always something left."""

    @override
    async def _take_in(self, batch: Batch) -> None:
        ends = {Place(one.topic, one.partition): one.offset + 1 for one in batch.records}
        await super()._take_in(Batch(batch.records, ends))


def _owned(reader: Reader) -> dict[Any, int]:
    return {place: reader.positions[place] for place in reader.places}
