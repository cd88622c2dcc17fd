"""Records as they are read from the bus, messages as they are published, dead letters about bad records."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from chassis.runtime.bus.content_mode import (
    STRUCTURED,
    Headers,
    carried,
    in_binary_mode,
    readable,
    structured,
    without_registry,
)
from chassis.runtime.bus.signed import NOT_CHECKED, Signatures
from contracts.authors import objection
from contracts.envelope import LIVE, AnyEvent
from contracts.refused import AHEAD, Refused, refused
from contracts.rule_days import bounds_claims
from contracts.topics import BadEventError, dead_letter_topic, read_event

MAX_KEY_BYTES = 1_000
"""Bytes of a record's key that a dead letter keeps. A longer key is nobody's dossier code."""

LETTER_BYTES = 1_000_000
"""Bytes of a record's value that a dead letter keeps, so that the bus takes it: brokers take about a megabyte. The rest
stands where it came from. With more, the bus refuses the letter, and the batch never ends; less cuts for nothing."""


class Record(Protocol):
    """One record of the bus, as aiokafka gives it."""

    @property
    def topic(self) -> str:
        """The topic it was read from."""

    @property
    def partition(self) -> int:
        """Its partition of that topic."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def timestamp(self) -> int:
        """The moment at which the bus took it in, milliseconds since 1970 UTC."""

    @property
    def key(self) -> bytes | None:
        """The key that decided its partition."""

    @property
    def value(self) -> bytes | None:
        """The event, or in binary mode its data."""

    @property
    def headers(self) -> Headers:
        """In binary mode the event's attributes; else nothing that anybody reads."""


@dataclass(frozen=True)
class Kept:
    """A fact on record, in the form of a record again. Its offset is not known any more."""

    topic: str
    partition: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    offset: int = -1
    headers: Headers = ()


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
    return Message(event.type, event.subject.encode(), event.to_json().encode(), STRUCTURED)


def read_record(record: Record, *, own: bool = False, signatures: Signatures = NOT_CHECKED) -> AnyEvent:
    """Read a record: what it says has to fit its schema, its agency's signature, its topic's owner and its clock.

    Args:
        record: of the bus.
        own: whether the service that reads it said it: that it keeps, even with a clock that ran ahead of the bus's.
        signatures: what the signatures of agencies are checked by.

    Raises:
        UnknownTypeError: its type is not the topic's.
        BadSignatureError: it lacks the signature of the agency in whose name it speaks.
        BadEventError: it can not be taken in; says which field or header and why.
    """
    taken_in = taken_in_at(record)
    strict = bounds_claims(taken_in)
    event = read_event(record.topic, value_of(record), strict=strict).take_in(taken_in)
    signatures.prove(event, record.topic, record.headers, record.value or b"", taken_in)
    if strict and (reason := objection(event, record.key)):
        raise BadEventError(reason)
    if event.timeline == LIVE and event.time > taken_in + AHEAD and not own:
        raise BadEventError(
            f"time {event.time.isoformat()} lies in the future: the bus took it in at {taken_in.isoformat()}; "
            "mend the sender's clock and send it again"
        )
    return event


def value_of(record: Record) -> bytes:
    """The event of a record as structured JSON, which is what is kept of it.

    Raises:
        BadEventError: it has none.
    """
    if record.value is None:
        raise BadEventError("the record has no value; every event has one")
    if record.value[:1] == b"{" and (not record.headers or tuple(record.headers) == STRUCTURED):  # nearly every record
        return record.value
    return structured(record.headers, record.value, taken_in_at(record))


def sender_of(record: Record, reason: str) -> Refused | None:
    """The sender of a record that is refused, and its subject, as far as they can be read."""
    headers = readable(record.headers) if in_binary_mode(record.headers) else {}
    return refused(record.topic, without_registry(record.value or b""), headers, reason, taken_in_at(record))


def taken_in_at(record: Record) -> datetime:
    """The moment at which the bus took a record in, UTC."""
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def place_of(record: Record) -> dict[str, str | int]:
    """Topic, partition and offset of a record."""
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}


def dead_letter(record: Record, reason: str, service: str) -> Message:
    """The letter about a record that `service` can not take: its bytes, why, and where they came from.

    In binary mode its attributes, too, as far as they fit; and its signature.
    """
    origin = {"reason": reason[:1000], **{name: str(value) for name, value in place_of(record).items()}}
    if record.value is not None and len(record.value) > LETTER_BYTES:
        origin["cut"] = f"{LETTER_BYTES} of {len(record.value)} bytes"
    headers = tuple((name, text.encode()) for name, text in origin.items()) + carried(record.headers)
    key = record.key and record.key[:MAX_KEY_BYTES]
    value = record.value and record.value[:LETTER_BYTES]
    return Message(dead_letter_topic(service), key, value, headers)
