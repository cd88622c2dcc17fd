"""What aiokafka's consumers are to the product: one reads for a group, one only asks how far the bus is."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, CorruptRecordException

from tests.simulation.bus import PARTITIONS, Bus, BusRecord, Place
from tests.simulation.group import Group
from tests.simulation.wire import Wire


class FarGauge:
    """What aiokafka's consumer is to who asks for high watermarks and reads nothing."""

    def __init__(self, bus: Bus, wire: Wire) -> None:
        self._bus = bus
        self._wire = wire

    async def start(self) -> None:
        """See aiokafka; what fails is the first question."""

    async def stop(self) -> None:
        """See aiokafka."""

    async def end_offsets(self, places: Sequence[Place]) -> dict[Place, int]:
        """See aiokafka: asks the bus."""
        await self._wire.bus("ends")
        return {place: self._bus.end(place) for place in places}


class Reader:
    """What aiokafka's consumer is to the subscription: a view of the group that may be out of date."""

    committed_only = True

    def __init__(self, group: Group, wire: Wire, batch: int) -> None:
        self.group = group
        self.partitions: frozenset[int] = frozenset()
        self.positions: dict[Place, int] = {}
        self.generation = 0
        self._listener: Any = None
        self._paused: set[Place] = set()
        self._wire = wire
        self._batch = batch
        self._called = False
        self._answered = False
        self._news: asyncio.Future[None] | None = None
        self._last_seen: dict[Place, int] | None = None

    def subscribe(self, _topics: list[str], listener: ConsumerRebalanceListener) -> None:
        """See aiokafka."""
        self._listener = listener

    async def start(self) -> None:
        """Join the group."""
        await self._wire.bus("join")
        self.group.readers.append(self)
        self.group.join(self)

    @property
    def in_turn(self) -> bool:
        """Whether it is a member of the present generation."""
        return self in self.group.members and self.generation == self.group.generation

    def call_back(self) -> None:
        """The group wants everybody to join anew; who is cut off does not hear it."""
        if not self._called and "bus" not in self._wire.cut:
            self._called = True
            self._wire.owner.spawn(self._come())

    async def _come(self) -> None:
        await self._listener.on_partitions_revoked(self.places)
        self.partitions = frozenset()
        self._called = False
        if self in self.group.readers and "bus" not in self._wire.cut:
            self.group.join(self)

    def give(self, generation: int, partitions: list[int]) -> None:
        """The group has decided."""
        self._wire.owner.spawn(self._begin(generation, partitions))

    async def _begin(self, generation: int, partitions: list[int]) -> None:
        if generation != self.group.generation:
            return self.heartbeat()
        self.generation, self.partitions = generation, frozenset(partitions)
        self.positions = {place: self.group.committed[place] for place in self.places}
        self._paused.clear()
        await self._listener.on_partitions_assigned(self.places)
        self.wake()
        return None

    def miss(self) -> None:
        """The others go on without it, whatever it is at work on."""
        self._wire.sky.fault("missed", self._wire.owner.name)

    def heartbeat(self) -> None:
        """Ask the group whether one is still a member, and need not join anew."""
        expected = self not in self.group.members or not self.group.settled
        if expected and self not in self.group._waiting:
            self.call_back()

    def lose_sight(self) -> None:
        """The bus is out of reach: what was its end stays its end."""
        self._last_seen = {place: self.group.bus.end(place) for place in self.group.places}

    def see_again(self) -> None:
        """The bus is back."""
        self._last_seen = None
        self.heartbeat()
        self.wake()

    def wake(self) -> None:
        """There may be something to read."""
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    @property
    def places(self) -> list[Place]:
        """What it believes to own, in order."""
        return [place for place in self.group.places if place.partition in self.partitions]

    def assignment(self) -> frozenset[Place]:
        """See aiokafka."""
        return frozenset(self.places)

    def highwater(self, partition: Place) -> int | None:
        """See aiokafka."""
        return self.group.bus.end(partition) if self._last_seen is None else self._last_seen[partition]

    def partitions_for_topic(self, _topic: str) -> set[int]:
        """See aiokafka."""
        return set(range(PARTITIONS))

    async def position(self, partition: Place) -> int:
        """See aiokafka."""
        return self.positions.get(partition, 0)

    def last_stable_offset(self, partition: Place) -> int | None:
        """See aiokafka."""
        return self.group.bus.stable(partition)

    async def committed(self, partition: Place) -> int | None:
        """See aiokafka."""
        await self._wire.bus("ask")
        return self.group.committed[partition]

    def seek(self, partition: Place, offset: int) -> None:
        """See aiokafka."""
        if self._owns(partition):
            self.positions[partition] = offset

    def pause(self, partition: Place) -> None:
        """See aiokafka."""
        self._paused.add(partition)

    def resume(self, partition: Place) -> None:
        """See aiokafka."""
        self._paused.discard(partition)

    async def commit(self, offsets: Mapping[Place, int]) -> None:
        """See aiokafka. The bus takes it only from a member of the present generation."""
        await self._wire.bus("commit")
        group = self.group
        if not self.in_turn:
            raise CommitFailedError("the group has been rebalanced")
        if not {place.partition for place in offsets} <= self.partitions:
            raise CommitFailedError("the partition is not assigned")
        group.commit(offsets)
        self._wire.sky.trace.note(self._wire.owner.name, "committed", *offsets.items())
        await self._wire.bus("committed")

    async def getmany(self, *wanted: Place, timeout_ms: int, max_records: int) -> dict[Place, list[BusRecord]]:
        """Some records of some partitions, in order within each. It raises as aiokafka does, and then forgets.

        Whoever asks for all gets one empty answer and then waits until there is something.
        """
        while self._called or not (unread := self._unread(wanted)):
            if (wanted and not timeout_ms) or self._answered:
                self._answered = False
                return {}
            self._news = asyncio.get_running_loop().create_future()
            # What rests is looked at again when an answer comes, and be it an empty one.
            patience = timeout_ms / 1000 if wanted or self._paused else None
            await asyncio.wait([self._news], timeout=patience)
            if patience and not self._unread(wanted):
                return {}
        self._answered = True
        rng, found, left = self.group.rng, dict[Place, list[BusRecord]](), min(max_records, self._batch)
        for place in rng.sample(unread, len(unread)):
            if self._wire.damages():
                raise CorruptRecordException(f"Invalid CRC - {place}")
            records = self._drain(place, rng.randint(1, left))
            if records:
                found[place] = records
                left -= len(records)
            if left <= 0:
                break
        return found

    def _drain(self, place: Place, most: int) -> list[BusRecord]:
        """Records from the position on, at most so many; the position is then behind them, and behind markers."""
        end = self.group.bus.stable(place) if self.committed_only else self.group.bus.end(place)
        records = list[BusRecord]()
        while self.positions[place] < end and len(records) < most:
            entry = self.group.bus.logs[place][self.positions[place]]
            self.positions[place] += 1
            if entry is not None and not (self.committed_only and entry.aborted):
                records.append(entry)
        return records

    def _unread(self, wanted: tuple[Place, ...]) -> list[Place]:
        if self._last_seen is not None:
            return []
        end = self.group.bus.stable if self.committed_only else self.group.bus.end
        some = [place for place in self.positions if not wanted or place in wanted]
        ready = [place for place in some if place not in self._paused and self._owns(place)]
        return [place for place in ready if self.positions[place] < end(place)]

    def _owns(self, place: Place) -> bool:
        return place.partition in self.partitions

    async def stop(self) -> None:
        """Leave the group."""
        self.close()

    def close(self) -> None:
        """Nothing is heard of it any more."""
        if self in self.group.readers:
            self.group.readers.remove(self)
            self.group.leave(self)
