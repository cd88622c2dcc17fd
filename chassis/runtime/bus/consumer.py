"""The settings by which a service reads the bus, each with its reason."""

from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from chassis.runtime.bus.connection import Bus
from chassis.runtime.settings import Settings

FETCH_BYTES = 128 * 1024
"""Bytes taken from one partition at a time; a larger record comes alone. With more, a service that catches up holds
more in memory, and reads one topic so far ahead of the others that events of one moment come apart. With less, it asks
the broker more often."""


def group_consumer(settings: Settings, bus: Bus, group: str) -> AIOKafkaConsumer:
    """A consumer that is not connected yet."""
    return bus.consumer(
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        # What its sender took back never was.
        isolation_level="read_committed",
        fetch_max_wait_ms=settings.batch_wait_ms,
        max_partition_fetch_bytes=FETCH_BYTES,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.session_timeout_ms // 4,
        partition_assignment_strategy=(RangePartitionAssignor,),
    )


def gauge_consumer(bus: Bus) -> AIOKafkaConsumer:
    """A consumer that reads nothing and is asked for high watermarks only; not connected yet."""
    return bus.consumer(
        enable_auto_commit=False,
        # Else it is told where what can be read ends, before whatever an open transaction withholds.
        isolation_level="read_uncommitted",
    )
