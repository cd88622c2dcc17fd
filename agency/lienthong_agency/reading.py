"""Reading: which events there are for an agency, and which of them it has handled."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from contracts.envelope import AnyEvent
from contracts.topics import PAYLOADS, BadEventError, UnknownTypeError, read_event
from lienthong_agency.credentials import Bus

HEARD = (
    "dossier.received",
    "dossier.transferred",
    "dossier.acknowledged",
    "dossier.suspended",
    "dossier.resumed",
    "dossier.withdrawn",
    "dossier.completed",
    "dossier.overdue",
    "consultation.requested",
    "consultation.answered",
    "explanation.required",
    "feedback.submitted",
    "report.rejected",
)
"""The events that an agency works by. In an inbox there may be more; those are given, too."""

COMMIT_SECONDS = 1.0
"""How long events that do not concern the agency may stay uncommitted. With less, the broker is asked for nothing; with
more, a program that starts again reads more of them once more."""


@dataclass(frozen=True)
class Reading:
    """Reads with a group of the agency's own; at least once.

    Attributes:
        bus: how the bus is reached.
        name: of the group, after the agency's prefix. Programs with one name share the work.
    """

    bus: Bus
    name: str

    @property
    def group(self) -> str:
        """The consumer group. An agency may only use groups that begin with `agency-<code>-`."""
        return f"agency-{self.bus.agency}-{self.name}"

    async def events(self) -> AsyncIterator[AnyEvent]:
        """Every event, from the first that the group has not handled, for ever.

        An event counts as handled when the next one is asked for. Whoever stops before that is given it again.
        """
        topics = [self.bus.inbox] if self.bus.inbox else list(HEARD)
        consumer = AIOKafkaConsumer(
            *topics,
            **self.bus.options(),
            group_id=self.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        await consumer.start()
        try:
            committed = time.monotonic()
            passed: dict[TopicPartition, int] = {}
            while True:
                for place, records in (await consumer.getmany(timeout_ms=500, max_records=100)).items():
                    for record in records:
                        event = event_of(record)
                        if event is not None:
                            yield event
                        passed[place] = record.offset + 1
                        if event is not None or time.monotonic() - committed > COMMIT_SECONDS:
                            await _commit(consumer, passed)
                            committed = time.monotonic()
        finally:
            await consumer.stop()


async def _commit(consumer: AIOKafkaConsumer, passed: dict[TopicPartition, int]) -> None:
    """Commit what was handled, where this program still has the partition: the others belong to somebody else now."""
    mine = consumer.assignment()
    if offsets := {place: offset for place, offset in passed.items() if place in mine}:
        # In a rebalance nothing can be committed; those events are given once more.
        with suppress(CommitFailedError, IllegalStateError):
            await consumer.commit(offsets)
    passed.clear()


def event_of(record: "ConsumerRecord[bytes, bytes]") -> AnyEvent | None:
    """The event of a record; None where this version can not read it, as of a type that is new."""
    value = record.value or b""
    topic = record.topic if record.topic in PAYLOADS else _type_of(value)
    if topic not in PAYLOADS:
        return None
    try:
        event = read_event(topic, value, strict=False)
    except (BadEventError, UnknownTypeError):
        return None
    return event.take_in(datetime.fromtimestamp(record.timestamp / 1000, UTC))


def _type_of(value: bytes) -> str:
    """The type that an event of an inbox names itself."""
    try:
        found: Any = json.loads(value)
    except (ValueError, RecursionError):
        return ""
    return str(found.get("type")) if isinstance(found, dict) else ""
