"""What goes in and out of the bus: records as they are read, messages as they are published, letters about bad ones."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from contracts.envelope import LIVE, AnyEvent
from contracts.rule_days import bounds_claims
from contracts.topics import BadEventError, dead_letter_topic, read_event

MAX_KEY_BYTES = 1_000
"""A longer key is nobody's dossier code."""

LETTER_BYTES = 1_000_000
"""A dead letter keeps so much of its record, so that the bus takes it; the rest stands where it came from."""

AHEAD = timedelta(minutes=5)
"""How far a live event's time may lie after the moment the bus took it in: clocks differ that much, not more."""


class Record(Protocol):
    """One record of the bus, as aiokafka gives it."""

    @property
    def topic(self) -> str:
        """Where it was read."""

    @property
    def partition(self) -> int:
        """Of that topic."""

    @property
    def offset(self) -> int:
        """Its place there."""

    @property
    def timestamp(self) -> int:
        """When the bus took it in, milliseconds since 1970 UTC."""

    @property
    def key(self) -> bytes | None:
        """What decided its partition."""

    @property
    def value(self) -> bytes | None:
        """The event."""


@dataclass(frozen=True)
class Message:
    """One record to publish; without a `partition` its key decides."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None


Publish = Callable[[Sequence[Message]], Awaitable[None]]
"""Returns when every message is acknowledged by all in-sync replicas; raises otherwise."""


def message_of(event: AnyEvent) -> Message:
    """The record of an event, keyed by its subject."""
    return Message(event.type, event.subject.encode(), event.to_json().encode())


def read_record(record: Record) -> AnyEvent:
    """Read a record; on the live timeline it can not speak of the future."""
    if record.value is None:
        raise BadEventError("the record has no value; every event has one")
    taken_in = taken_in_at(record)
    event = read_event(record.topic, record.value, strict=bounds_claims(taken_in)).take_in(taken_in)
    if event.timeline == LIVE and event.time > taken_in + AHEAD:
        raise BadEventError(
            f"time {event.time.isoformat()} lies in the future: the bus took it in at {taken_in.isoformat()}; "
            "mend the sender's clock and send it again"
        )
    return event


def taken_in_at(record: Record) -> datetime:
    """When the bus took a record in, in UTC."""
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def place_of(record: Record) -> dict[str, str | int]:
    """Where a record stands."""
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}


def dead_letter(record: Record, reason: str, service: str) -> Message:
    """The letter about a record that `service` can not take: its bytes, why, and where they came from."""
    origin = {"reason": reason[:1000], **{name: str(value) for name, value in place_of(record).items()}}
    if record.value is not None and len(record.value) > LETTER_BYTES:
        origin["cut"] = f"{LETTER_BYTES} of {len(record.value)} bytes"
    headers = tuple((name, text.encode()) for name, text in origin.items())
    key = record.key and record.key[:MAX_KEY_BYTES]
    value = record.value and record.value[:LETTER_BYTES]
    return Message(dead_letter_topic(service), key, value, headers)
