"""A consumer group: who reads which partitions, what is committed, and how that changes while everybody is at work.

As Kafka's eager protocol has it: at a rebalance every member is called back, gives up what it has and asks to join; who
does not within the session's time is out, and believes for a while that it is not.
"""

import asyncio
from collections.abc import Mapping
from contextvars import Context
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.bus import PARTITIONS, Bus, Place
from tests.simulation.loop import SimulatedLoop

if TYPE_CHECKING:
    from tests.simulation.reader import Reader

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
        """Offsets that are not committed, markers included."""
        return sum(self.bus.end(place) - offset for place, offset in self.committed.items())

    @property
    def settled(self) -> bool:
        """Whether nobody is on the way in or out."""
        return self._deadline is None

    def commit(self, offsets: Mapping[Place, int]) -> None:
        """Remember how far everything is done; what lies below and is not will never be read again."""
        for place, offset in offsets.items():
            below = self.bus.logs[place][self.committed[place] : offset]
            early = (one.origin for one in below if one and not one.aborted and one.origin not in self.done)
            self.committed_too_early += early
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
