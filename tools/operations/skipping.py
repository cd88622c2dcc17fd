"""Order services that are stuck to skip one batch that nobody can read. See docs/decisions/0021."""

from collections.abc import Sequence

from aiokafka import TopicPartition

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.skipping import RawBatch, SkipError, order, raw_batch
from chassis.runtime.settings import load_settings
from tools.operations.registry import groups


async def skip_batch(
    bus: Bus, partition: TopicPartition, offset: int, wanted: Sequence[str], *, by: str, why: str
) -> tuple[RawBatch, list[str]]:
    """Order the services that stand at a batch to skip it; the batch, and which services they are.

    Args:
        bus: which one, and as whom.
        partition: where the batch stands.
        offset: any offset of the batch.
        wanted: the services that may be stuck there.
        by: who does it; stays on record.
        why: in that person's words; stays on record.

    Raises:
        SkipError: no reason is given, the batch can be read, or none of the services stands there.
    """
    if not why.strip():
        raise SkipError("say why: --why 'packed by a client with a fault'")
    batch = await _unreadable(bus, partition, offset)
    stuck = await _standing_at(bus, partition, batch, wanted)
    publisher = Publisher(bus)
    try:
        await publisher([order(service, partition, batch, by, why.strip()) for service in stuck])
    finally:
        await publisher.stop()
    return batch, stuck


async def _unreadable(bus: Bus, partition: TopicPartition, offset: int) -> RawBatch:
    """The batch that holds this offset.

    Raises:
        SkipError: it can be read.
    """
    batch = await raw_batch(bus, partition, offset)
    if not batch.complaint:
        raise SkipError(
            f"{partition.topic}/{partition.partition}, offsets {batch.first} to {batch.last}, can be read here: "
            "whoever can not lacks a codec, so install what this program has"
        )
    return batch


async def _standing_at(bus: Bus, partition: TopicPartition, batch: RawBatch, wanted: Sequence[str]) -> list[str]:
    """The services that have handled all that comes before this batch, and nothing of it.

    Raises:
        SkipError: none has.
    """
    settings = load_settings()
    topics = groups(settings)
    found = []
    async with Admin(bus) as admin:
        for service in wanted:
            group = settings.group_prefix + service
            reads_it = partition.topic in topics[group]
            if reads_it and batch.first <= await admin.position(group, partition) <= batch.last:
                found.append(service)
    if not found:
        where = f"{partition.topic}/{partition.partition}, offsets {batch.first} to {batch.last}"
        raise SkipError(f"none of {', '.join(wanted)} stands at {where}; see `lienthong status` and /health/ready")
    return found
