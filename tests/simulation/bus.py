"""A bus in memory: topics with partitions, and the offsets that groups have committed."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from chassis.record import Message

PARTITIONS = 3

Place = tuple[str, int]
"""Topic and partition."""


@dataclass(frozen=True)
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
    logs: dict[Place, list[BusRecord]] = field(default_factory=lambda: defaultdict(list))
    records: list[BusRecord] = field(default_factory=list)

    def append(self, message: Message) -> BusRecord:
        """Take a message in."""
        partition = crc32(message.key or b"") % PARTITIONS if message.partition is None else message.partition
        log, at = self.logs[message.topic, partition], self.clock()
        record = BusRecord(
            message.topic,
            partition,
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
        return record

    def end(self, place: Place) -> int:
        """The offset after the last record."""
        return len(self.logs[place])
