"""A consumer group: who reads which partitions, what is committed, and how that changes while everybody is at work.

As Kafka's eager protocol has it: at a rebalance every member is called back, gives up what it has and asks to join; who
does not within the session's time is out, and believes for a while that it is not.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import Context
from random import Random

from aiokafka import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError

from tests.simulation.bus import PARTITIONS, Bus, BusRecord, Place
from tests.simulation.loop import SimulatedLoop
from tests.simulation.wire import Wire

SESSION_SECONDS = 10.0
"""How long the bus waits for a member that says nothing."""


class Group:
    """What the bus knows of a service's instances."""

    def __init__(self, topics: tuple[str, ...], bus: Bus, loop: SimulatedLoop, rng: Random) -> None:
        self.topics = topics
        self.bus = bus
        self.rng = rng
        self.places = [Place(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        self.committed: dict[Place, int] = dict.fromkeys(self.places, 0)
        self.members: list[Reader] = []
        self.readers: list[Reader] = []
        self.done: set[tuple[str, int, int]] = set()
        self.committed_too_early: list[tuple[str, int, int]] = []
        self.generation = 0
        self.rebalances = 0
        self._loop = loop
        self._waiting: list[Reader] = []
        self._deadline: asyncio.TimerHandle | None = None
        for topic in topics:
            bus.listeners[topic].append(self._news)

    @property
    def lag(self) -> int:
        """Records that are not committed."""
        return sum(self.bus.end(place) - offset for place, offset in self.committed.items())

    @property
    def settled(self) -> bool:
        """Whether nobody is on the way in or out."""
        return self._deadline is None

    def commit(self, offsets: Mapping[Place, int]) -> None:
        """Remember how far everything is done; what lies below and is not will never be read again."""
        for place, offset in offsets.items():
            below = ((*place, one) for one in range(self.committed[place], offset))
            self.committed_too_early += [origin for origin in below if origin not in self.done]
        self.committed.update(offsets)

    def join(self, reader: "Reader") -> None:
        """Somebody wants to be a member, or to stay one."""
        if reader not in self._waiting:
            self._waiting.append(reader)
        self.rebalance()

    def leave(self, reader: "Reader") -> None:
        """Somebody is not heard of any more."""
        for some in (self.members, self._waiting):
            if reader in some:
                some.remove(reader)
        self.rebalance()

    def rebalance(self) -> None:
        """Call everybody back; go on when all are here or time is over."""
        if self._deadline is None:
            self._deadline = self._loop.call_later(SESSION_SECONDS, self._complete, context=Context())
            for member in self.members:
                if member not in self._waiting:
                    member.call_back()
        if all(member in self._waiting for member in self.members):
            self._complete()

    def _complete(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None
        for late in self.members:
            if late not in self._waiting:
                late.miss()
        self.generation += 1
        self.rebalances += 1
        self.members, self._waiting = self._waiting, []
        order = self.rng.sample(self.members, len(self.members))
        for place, member in enumerate(order):
            member.give(self.generation, [one for one in range(PARTITIONS) if one * len(order) // PARTITIONS == place])

    def _news(self, partition: int) -> None:
        for reader in self.readers:
            if partition in reader.partitions:
                reader.wake()


class Reader:
    """What aiokafka's consumer is to the subscription: a view of the group that may be out of date."""

    def __init__(self, group: Group, listener: ConsumerRebalanceListener, wire: Wire, batch: int) -> None:
        self.group = group
        self.partitions: frozenset[int] = frozenset()
        self.positions: dict[Place, int] = {}
        self.generation = 0
        self._listener = listener
        self._wire = wire
        self._batch = batch
        self._called = False
        self._news: asyncio.Future[None] | None = None
        self._last_seen: dict[Place, int] | None = None
        group.readers.append(self)

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

    async def end_offsets(self, places: Sequence[Place]) -> dict[Place, int]:
        """See aiokafka: asks the bus."""
        await self._wire.bus("ends")
        return {place: self.group.bus.end(place) for place in places}

    async def position(self, partition: Place) -> int:
        """See aiokafka."""
        return self.positions.get(partition, 0)

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

    async def getmany(self) -> list[BusRecord]:
        """The next batch: some records of some partitions, in order within each, topics as they come."""
        while self._called or not (unread := self._unread()):
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        rng, batch = self.group.rng, list[BusRecord]()
        for place in rng.sample(unread, len(unread)):
            position = self.positions[place]
            found = self.group.bus.logs[place][position : position + rng.randint(1, self._batch)]
            self.positions[place] = position + len(found)
            batch += found
            if len(batch) >= self._batch:
                break
        return batch

    def _unread(self) -> list[Place]:
        if self._last_seen is not None:
            return []
        end = self.group.bus.end
        return [place for place, position in self.positions.items() if position < end(place) and self._owns(place)]

    def _owns(self, place: Place) -> bool:
        return place.partition in self.partitions

    def close(self) -> None:
        """Leave the group."""
        if self in self.group.readers:
            self.group.readers.remove(self)
        self.group.leave(self)
