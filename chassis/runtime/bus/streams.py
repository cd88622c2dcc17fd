"""Topics read from their beginning to their present end, without a group: for replay, stories and dead letters."""

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

from aiokafka import ConsumerRecord, TopicPartition

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.connection import Bus


async def records(bus: Bus, topics: list[str]) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    """Every record that is on these topics now; of each partition in order."""
    async for page in pages(bus, topics):
        for record in page:
            yield record


async def pages(
    bus: Bus, topics: list[str], since: Mapping[TopicPartition, int] = MappingProxyType({})
) -> AsyncIterator[list[ConsumerRecord[bytes, bytes]]]:
    """Every record that is on these topics now, in pages of one partition each.

    Args:
        bus: where.
        topics: which.
        since: the first offset that is wanted, by partition; of those that it does not name, the first one there is.
    """
    async with Admin(bus) as admin:
        found = (await admin.ends(topics)).items()
        ends = {place: end for place, end in found if end > since.get(place, 0)}
    if not ends:
        return
    consumer = bus.consumer(
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=5000,
        # As the services read them: what its sender took back never was.
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        consumer.assign(list(ends))
        await consumer.seek_to_beginning(*(place for place in ends if place not in since))
        for place in ends.keys() & since.keys():
            consumer.seek(place, since[place])
        left = set(ends)
        while left:
            for place, batch in (await consumer.getmany(*left, timeout_ms=1000)).items():
                yield [record for record in batch if record.offset < ends[place]]
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()
