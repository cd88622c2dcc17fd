"""The bus as a benchmark uses it: it publishes the load, and looks at what a contender has committed and emitted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from bench.workload import Sent
from chassis.runtime.bus.connection import Bus as Connection
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.settings import Settings
from contracts.topics import DEFAULT_PARTITIONS
from tools.operations.registry import all_services

Offsets = dict[TopicPartition, int]


def topics_read() -> tuple[str, ...]:
    """Topics that every contender reads."""
    return all_services(Settings())["sla"].topics


def topics_written() -> tuple[str, ...]:
    """Topics that every contender writes."""
    return tuple(payload.TYPE for payload in all_services(Settings())["sla"].emits)


@dataclass(frozen=True)
class Bus:
    """Connections to the bus of one benchmark.

    Attributes:
        connection: which bus, and as whom.
        publisher: for the load.
        admin: asks what a group has committed.
        gauge: asks for the ends of topics, and reads nothing.
    """

    connection: Connection
    publisher: Publisher
    admin: AIOKafkaAdminClient
    gauge: AIOKafkaConsumer

    async def publish(self, records: Sequence[Sent]) -> None:
        """Return when they are acknowledged."""
        await self.publisher([Message(record.topic, record.key, record.value) for record in records])

    async def committed(self, group: str) -> int:
        """Records that a group has committed, over all topics."""
        found = await self.admin.list_consumer_group_offsets(group)
        return sum(max(0, position.offset) for position in found.values())

    async def begin_at_the_end(self, group: str) -> None:
        """Commit the present ends for a new group: what was published for others is none of its business."""
        consumer = self.connection.consumer(group_id=group, enable_auto_commit=False)
        ends = await self.ends(topics_read())
        async with consumer:
            consumer.assign(list(ends))
            await consumer.commit(ends)

    async def ends(self, topics: Sequence[str]) -> Offsets:
        """The end of every partition of these topics."""
        partitions = [TopicPartition(topic, number) for topic in topics for number in range(DEFAULT_PARTITIONS)]
        self.gauge.assign(partitions)
        self.gauge.pause(*partitions)
        return dict(await self.gauge.end_offsets(partitions))

    async def emitted_since(self, start: Offsets) -> list[int]:
        """The sizes of all events published since; markers of transactions are none."""
        ends = await self.ends(topics_written())
        if ends == start:
            # Nothing to wait for. A consumer stopped before it ever waited would raise CancelledError (aiokafka 0.14).
            return []
        consumer = self.connection.consumer(isolation_level="read_committed")
        sizes: list[int] = []
        async with consumer:
            consumer.assign(list(ends))
            for partition, offset in start.items():
                consumer.seek(partition, offset)
            while any([await consumer.position(partition) < end for partition, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    sizes += [len(record.value or b"") for record in records]
        return sizes


@asynccontextmanager
async def connected(connection: Connection) -> AsyncIterator[Bus]:
    """Connections to these servers, closed at the end."""
    admin = connection.admin()
    gauge = connection.consumer(enable_auto_commit=False)
    bus = Bus(connection, Publisher(connection), admin, gauge)
    await admin.start()
    await gauge.start()
    try:
        yield bus
    finally:
        await bus.publisher.stop()
        await gauge.stop()
        await admin.close()
