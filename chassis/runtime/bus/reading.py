"""Reading the bus so that nothing is passed over, whatever a fetch raises.

aiokafka hands over what it drained of many partitions at once. If the batch of one of them can not be unpacked it
raises, and what it had drained of the others is forgotten, with their positions moved on. So after whatever a fetch
raised, all positions go back to what was handed over; then each partition is asked alone, for a while. One that raises
by itself is put to rest where it stands, and tried again with back-off, while all others go on.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import ConsumerStoppedError

from chassis.runtime.bus.record import Record
from chassis.runtime.bus.resting import Resting, now, tell
from chassis.runtime.bus.trouble import UNKNOWN, Trouble, about_place, kind_of, told
from chassis.runtime.telemetry.observe import Observer

log = structlog.get_logger(__name__)

ALONE_SECONDS = 5.0
"""Seconds for which partitions are asked one by one after a fetch raised. Shorter, and a slow broker's answer is met by
the next question for all, which forgets again; longer costs a millisecond a round and nothing else."""

ONE_BY_ONE_MS = 1_000
"""Milliseconds to wait for the records before one that can not be read. The other partitions wait meanwhile, so longer
slows all of them down; shorter may miss readable records, which then wait for the next trial."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
"""Seconds until the next fetch after one that raised and named no partition, doubled each time. Shorter asks a broker
that is down too often; longer leaves records waiting after it is back."""


class Batch(NamedTuple):
    """Records that were handed over, and for each partition the offset before which everything is handed over.

    Markers and what was taken back have offsets and no records: a batch may have none, and still move offsets.
    """

    records: Sequence[Record] = ()
    offsets: Mapping[TopicPartition, int] = {}


Ordered = Callable[[TopicPartition, int], Awaitable[int | None]]
"""Finds an order to skip the batch at an offset. Returns the offset behind it; None if nobody ordered that."""


async def nobody_orders(_place: TopicPartition, _offset: int) -> int | None:
    """Never skip."""
    return None


class Reading:
    """Batches of a consumer.

    Args:
        consumer: aiokafka's, or what behaves like it.
        most: records in a batch.
        wait_ms: how long to wait for one, milliseconds.
        observer: is told of every fetch that raised.
        ordered: finds orders to skip.
    """

    def __init__(
        self, consumer: Any, most: int, wait_ms: int, observer: Observer, ordered: Ordered = nobody_orders
    ) -> None:
        self.handed: dict[TopicPartition, int] = {}
        self._consumer = consumer
        self._most = most
        self._wait_ms = wait_ms
        self._observer = observer
        self._ordered = ordered
        self._resting = Resting(consumer, observer)
        self._general: Trouble | None = None
        self._failures = 0
        self._astray = False
        self._alone_until = 0.0
        self._assignment = 0

    @property
    def troubles(self) -> list[Trouble]:
        """Everything that can not be read at present, and why."""
        general = [self._general] if self._general else []
        return general + self._resting.troubles

    def forget(self) -> None:
        """Partitions were assigned anew: their positions are what is committed, and what rested is tried again."""
        self.handed.clear()
        self._resting.clear()
        self._assignment += 1

    async def fetch(self) -> Batch:
        """The next batch; an empty one where nothing came, or where a fetch raised.

        Raises:
            ConsumerStoppedError: there will be no more.
        """
        try:
            if self._astray:
                await self._go_back()
            if self._resting.troubles and (skipped := await self._try_again()):
                return self._hand_over([], skipped)
            if now() < self._alone_until:
                return await self._each_alone()
            found = await self._consumer.getmany(timeout_ms=self._wait_ms, max_records=self._most)
            offsets = await self._positions(found or sorted(self._consumer.assignment()))
        except ConsumerStoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - a codec raises whatever its library raises, and no fetch ends us
            await self._raised(error)
            return Batch()
        self._general, self._failures = None, 0
        return self._hand_over([record for records in found.values() for record in records], offsets)

    def _hand_over(self, records: Sequence[Record], offsets: Mapping[TopicPartition, int]) -> Batch:
        moved = {place: offset for place, offset in offsets.items() if self.handed.get(place) != offset}
        self.handed.update(moved)
        for place, offset in moved.items():
            self._resting.moved(place, offset)
        return Batch(records, moved)

    async def _positions(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The position of each partition that something was fetched of. For the others the consumer would wait."""
        consumer = self._consumer
        return {place: await consumer.position(place) for place in places if consumer.highwater(place) is not None}

    async def _raised(self, error: Exception) -> None:
        """Nobody knows what was forgotten: go back before the next fetch, and then ask each alone."""
        self._astray, self._general = True, Trouble(kind_of(error), told(error))
        tell(self._general, self._observer)
        self._failures += 1
        await asyncio.sleep(min(FIRST_PAUSE * 2 ** (self._failures - 1), LONGEST_PAUSE))

    async def _go_back(self) -> None:
        for place in sorted(self._consumer.assignment()):
            await self._return_to_handed(place)
        self._astray = False
        # From here on, not from the error: however long the pause was, each is asked alone behind it.
        self._alone_until = now() + ALONE_SECONDS

    async def _return_to_handed(self, place: TopicPartition) -> None:
        offset = self.handed.get(place)
        if offset is None:  # nothing of it was handed over since it is ours
            offset = await self._consumer.committed(place)
        if offset is None:
            await self._consumer.seek_to_beginning(place)
        else:
            self._consumer.seek(place, offset)

    async def _each_alone(self) -> Batch:
        """One round over all partitions: an error forgets nothing of the others, and tells whose it is."""
        assignment, records, offsets = self._assignment, list[Record](), dict[TopicPartition, int]()
        places = [place for place in sorted(self._consumer.assignment()) if not self._resting.has(place)]
        for place in random.sample(places, len(places)):
            found = await self._alone(place)
            records += found
            offsets |= await self._positions([place])
            if assignment != self._assignment:  # what was collected may be others' by now
                self._astray = True
                return Batch()
            if len(records) >= self._most:
                break
        self._general, self._failures = None, 0
        if not records:
            await asyncio.sleep(self._wait_ms / 1000)
        return self._hand_over(records, offsets)

    async def _alone(self, place: TopicPartition) -> Sequence[Record]:
        """The records of one partition; before a batch that can not be read, all that can."""
        try:
            found = await self._consumer.getmany(place, timeout_ms=0, max_records=self._most)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            if not about_place(error, place.topic):
                raise
            return await self._up_to_the_end(place)
        return list(found.get(place, ()))

    async def _up_to_the_end(self, place: TopicPartition) -> Sequence[Record]:
        """Ask for one record after the other: those that were drained with the unreadable one are forgotten, too."""
        await self._return_to_handed(place)
        records = list[Record]()
        try:
            while len(records) < self._most:
                found = await self._consumer.getmany(place, timeout_ms=ONE_BY_ONE_MS, max_records=1)
                if not found:
                    return records
                records += found[place]
        except ConsumerStoppedError:
            raise
        except Exception as again:
            if not about_place(again, place.topic):
                raise
            self._resting.put(place, (await self._positions([place])).get(place, UNKNOWN), again)
        return records

    async def _try_again(self) -> dict[TopicPartition, int]:
        """Wake those whose rest is over, and step over what somebody ordered to skip; returns where that led."""
        for place, offset in self._resting.rested():
            until = await self._ordered(place, offset)
            self._alone_until = now() + ALONE_SECONDS
            self._resting.wake(place, self._alone_until)
            if until is not None:
                log.warning("bus.skipped", topic=place.topic, partition=place.partition, offset=offset, until=until)
                self._consumer.seek(place, until)
                return {place: until}
        return {}
