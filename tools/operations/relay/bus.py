"""The relay's connection to the bus: reads on from where its memory ends, and reads records again where they stand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.reading import Batch, Reading
from chassis.runtime.bus.record import Record
from chassis.runtime.bus.trouble import true_reason
from chassis.runtime.telemetry.observe import NOBODY
from tools.operations.access_plan import RELAYED, agency_of_inbox
from tools.operations.relay.memory import Place

log = structlog.get_logger(__name__)

BATCH_RECORDS = 1000
"""Records in a batch. More keeps more of them in memory and repeats more after a death; fewer writes to the disk more
often."""

WAIT_MS = 100
"""Milliseconds to wait for the first record. Longer delays the look for new inboxes; shorter asks more often."""

BACK_MS = 5_000
"""Milliseconds to wait for records that are read again. They are there, so longer only delays the next attempt; a
shorter wait gives a slow broker up."""

BACK_RECORDS = 500
"""Records that one fetch of those may bring: what is wanted often stands close together."""


class RelayBus:
    """All partitions of what is relayed, read without a group's balancing: there is one relay.

    It commits its offsets to a group none the less, so that its lag shows where that of the services does.

    Args:
        bus: as the relay reaches it.
        group: the name of that group.
        positions: the offset of each partition at which to begin, where it is not the first.
    """

    def __init__(self, bus: Bus, group: str, positions: Mapping[tuple[str, int], int]) -> None:
        self._bus = bus
        self._group = group
        self._positions = positions

    async def start(self) -> None:
        """Connect, and begin where the memory ends.

        Raises:
            KafkaError: the bus does not answer, or does not know us.
            BusError: topics are missing, or the memory is of another bus.
        """
        committed = {"enable_auto_commit": False, "isolation_level": "read_committed", "auto_offset_reset": "earliest"}
        self._admin = self._bus.admin()
        self._consumer = self._bus.consumer(group_id=self._group, fetch_max_wait_ms=WAIT_MS, **committed)
        self._again = self._bus.consumer(max_poll_records=BACK_RECORDS, **committed)
        try:
            for client in (self._admin, self._consumer, self._again):
                await client.start()
            await self._begin()
        except KafkaError as error:
            await self.stop()
            raise true_reason(error) from None
        except BaseException:
            await self.stop()
            raise

    async def _begin(self) -> None:
        places = await self._places()
        ends = await self._consumer.end_offsets(places)
        self._consumer.assign(places)
        self._reading = Reading(self._consumer, BATCH_RECORDS, WAIT_MS, NOBODY)
        for place in places:
            offset = self._positions.get((place.topic, place.partition), 0)
            if offset > ends[place]:
                raise BusError(
                    f"the relay's memory says that {place.topic}/{place.partition} was read up to {offset}, and it "
                    f"ends at {ends[place]}: the memory is of another bus; remove its file, and all is given once more"
                )
            self._consumer.seek(place, offset)
            self._reading.handed[place] = offset

    async def stop(self) -> None:
        """Disconnect, whatever of it was connected."""
        await self._admin.close()
        await self._consumer.stop()
        await self._again.stop()

    async def fetch(self) -> Batch:
        """The next records, and up to where the bus is read with them; never raises for a bus that is down."""
        return await self._reading.fetch()

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Show how far the relay is. The truth is in its memory, so that a failure costs nothing."""
        try:
            await self._consumer.commit(dict(offsets))
        except KafkaError as error:
            log.warning("bus.commit-failed", error=type(error).__name__, partitions=len(offsets))

    async def inboxes(self) -> frozenset[str]:
        """Codes of the agencies that have an inbox which we may write to: of others the broker does not tell us.

        Raises:
            KafkaError: the bus does not answer.
        """
        return frozenset(code for topic in await self._topics() if (code := agency_of_inbox(topic)))

    async def read_back(self, places: Iterable[Place]) -> dict[Place, Record]:
        """The records that stand at these places. Those that are gone, because somebody shortened a topic, are missing.

        Raises:
            KafkaError, BusError: the bus does not answer.
        """
        wanted = defaultdict[TopicPartition, set[int]](set)
        for place in places:
            wanted[TopicPartition(place.topic, place.partition)].add(place.offset)
        found = dict[Place, Record]()
        for partition in sorted(wanted):
            for record in await self._each(partition, sorted(wanted[partition])):
                found[Place(record.topic, record.partition, record.offset)] = record
        return found

    async def _each(self, partition: TopicPartition, offsets: list[int]) -> list[Record]:
        """The records at these offsets of one partition. A fetch brings what stands close together at once."""
        self._again.assign([partition])
        found = list[Record]()
        left = offsets
        while left:
            self._again.seek(partition, left[0])
            fetched = (await self._again.getmany(partition, timeout_ms=BACK_MS)).get(partition, [])
            if not fetched:
                raise BusError(f"{partition.topic}/{partition.partition}/{left[0]} is not told again; it is asked anew")
            found += [record for record in fetched if record.offset in set(left)]
            left = [offset for offset in left if offset > fetched[-1].offset]
        return found

    async def _places(self) -> list[TopicPartition]:
        """Every partition of the topics that are relayed and that exist; newer topics are found at the next start."""
        known = await self._topics()
        found = list[TopicPartition]()
        for topic in RELAYED:
            if topic not in known:
                raise BusError(f"the topic {topic} is missing, or the relay may not read it: `lienthong topics apply`")
            found += [TopicPartition(topic, number) for number in range(known[topic])]
        return found

    async def _topics(self) -> dict[str, int]:
        """The number of partitions of every topic that the broker tells us of."""
        found = await self._admin.describe_topics()
        return {one["topic"]: len(one["partitions"]) for one in found}
