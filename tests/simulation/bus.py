"""A bus in memory: topics with partitions, transactions, and who wants to hear of what is new.

A marker, which ends a transaction, has an offset and no record. What stands behind the first record of an open
transaction can not be read yet.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from aiokafka import TopicPartition as Place

from chassis.runtime.bus.record import Message
from tests.simulation.trace import Trace

PARTITIONS = 3


@dataclass(eq=False)
class Transaction:
    """Somebody's.

    Attributes:
        first: the offsets at which it begins.
        records: all of it.
        to_be_taken_back: its sender knows already that it will not commit.
        committed: None while it is open.
    """

    first: dict[Place, int] = field(default_factory=dict)
    records: list["BusRecord"] = field(default_factory=list)
    to_be_taken_back: bool = False
    committed: bool | None = None


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
    transaction: Transaction | None = None

    @property
    def origin(self) -> tuple[str, int, int]:
        """Where it stands."""
        return self.topic, self.partition, self.offset

    @property
    def aborted(self) -> bool:
        """Whether its sender took it back."""
        return self.transaction is not None and self.transaction.committed is False


@dataclass
class Bus:
    """Everything ever published. `records` are those that count: not those of a transaction that is not committed."""

    clock: Callable[[], datetime]
    trace: Trace
    logs: dict[Place, list[BusRecord | None]] = field(default_factory=lambda: defaultdict(list))
    records: list[BusRecord] = field(default_factory=list)
    open: list[Transaction] = field(default_factory=list)
    listeners: dict[str, list[Callable[[int], None]]] = field(default_factory=lambda: defaultdict(list))
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def append(self, message: Message, transaction: Transaction | None = None) -> BusRecord:
        """Take a message in, perhaps as part of a transaction."""
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
            next(self._numbers),
            transaction,
        )
        log.append(record)
        if transaction is None:
            self.records.append(record)
        else:
            transaction.first.setdefault(place, record.offset)
            transaction.records.append(record)
        self.trace.note("bus", *record.origin, record.value)
        self._tell(place)
        return record

    def begin(self) -> Transaction:
        """Somebody opens a transaction."""
        self.open.append(Transaction())
        return self.open[-1]

    def finish(self, transaction: Transaction, *, commit: bool) -> None:
        """It is over: a marker tells so in each of its partitions."""
        self.open.remove(transaction)
        transaction.committed = commit
        if commit:
            self.records += transaction.records
        for place in transaction.first:
            self.trace.note("bus", *place, len(self.logs[place]), "committed" if commit else "aborted")
            self.logs[place].append(None)
            self._tell(place)

    def _tell(self, place: Place) -> None:
        for tell in self.listeners[place.topic]:
            tell(place.partition)

    def end(self, place: Place) -> int:
        """The high watermark: the offset after all there is."""
        return len(self.logs[place])

    def stable(self, place: Place) -> int:
        """The last stable offset: what stands from there on can not be read yet."""
        return min((one.first[place] for one in self.open if place in one.first), default=self.end(place))


def place_of(message: Message) -> Place:
    """Where a message belongs."""
    partition = crc32(message.key or b"") % PARTITIONS if message.partition is None else message.partition
    return Place(message.topic, partition)
