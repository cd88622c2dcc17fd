"""A bus in memory: topics with partitions, and who wants to hear of what is new."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from aiokafka import TopicPartition as Place

from chassis.record import Message
from tests.simulation.trace import Trace

PARTITIONS = 3


@dataclass(frozen=True, slots=True)
class BusRecord:
    """One record, as the loop reads it; `at` is when the bus took it in, `number` its place among all."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    at: datetime
    number: int

    @property
    def origin(self) -> tuple[str, int, int]:
        """Where it stands."""
        return self.topic, self.partition, self.offset


@dataclass
class Bus:
    """All records ever published."""

    clock: Callable[[], datetime]
    trace: Trace
    logs: dict[Place, list[BusRecord]] = field(default_factory=lambda: defaultdict(list))
    records: list[BusRecord] = field(default_factory=list)
    listeners: dict[str, list[Callable[[int], None]]] = field(default_factory=lambda: defaultdict(list))

    def append(self, message: Message) -> BusRecord:
        """Take a message in."""
        place, at = place_of(message), self.clock()
        log = self.logs[place]
        record = BusRecord(
            *place,
            len(log),
            int(at.timestamp() * 1000),
            message.key,
            message.value,
            message.headers,
            at,
            len(self.records),
        )
        log.append(record)
        self.records.append(record)
        self.trace.note("bus", *record.origin, record.value)
        for tell in self.listeners[place.topic]:
            tell(place.partition)
        return record

    def end(self, place: Place) -> int:
        """The offset after the last record."""
        return len(self.logs[place])


def place_of(message: Message) -> Place:
    """Where a message belongs."""
    partition = crc32(message.key or b"") % PARTITIONS if message.partition is None else message.partition
    return Place(message.topic, partition)
