"""Stepping over a batch that nobody can read: on an operator's order, which stays on record. See docs/decisions/0021.

The order is a dead letter of the service. It holds the batch as it is, and says where it stands and who skips it, why.
An instance that is stuck looks whether there is one for the place where it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords

from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.record import LETTER_BYTES, Message
from chassis.runtime.bus.streams import records
from contracts.topics import dead_letter_topic

UNTIL = "skipped-until"
"""Header of an order: the offset after the batch."""

FETCH_BYTES = 2_000_000
"""Bytes asked for: more than the broker takes in one batch (`message.max.bytes`), so that a batch comes whole."""

WAIT_MS = 500
"""Milliseconds that the broker may wait before it answers. The batch is there already, so that it seldom does."""

MAX_WORDS = 500
"""Characters of a reason or a name that are kept."""

_HEADER = Struct(">qiibIhi")
"""Base offset, length of what follows, leader epoch, magic, checksum, attributes, last offset delta."""

_LENGTH_FROM = 12
"""A batch's length is counted from behind the field that says it."""


class SkipError(Exception):
    """This batch can not be skipped; says why, and what can be done."""


@dataclass(frozen=True)
class RawBatch:
    """A batch as it stands on the broker.

    Attributes:
        first: offset of its first record.
        last: offset of its last one.
        data: its bytes, header included.
    """

    first: int
    last: int
    data: bytes

    @property
    def complaint(self) -> str:
        """The reason why it can not be unpacked; empty if it can."""
        try:
            found = MemoryRecords(self.data)
            while found.has_next():
                batch = found.next_batch()
                if not batch.validate_crc():
                    return "its checksum is wrong"
                list(batch)
        except Exception as error:  # noqa: BLE001 - a codec raises whatever its library raises
            return f"{type(error).__name__}: {error}"[:MAX_WORDS]
        return ""


def batches(data: bytes) -> list[RawBatch]:
    """The whole batches in what the broker answered; only their headers are looked at."""
    starts = [0]
    while starts[-1] + _HEADER.size <= len(data):
        _, length, *_ = _HEADER.unpack_from(data, starts[-1])
        starts.append(starts[-1] + _LENGTH_FROM + length)
    whole = [(start, end) for start, end in pairwise(starts) if end <= len(data)]
    return [_raw(data[start:end]) for start, end in whole]


def _raw(data: bytes) -> RawBatch:
    first, *_, last = _HEADER.unpack_from(data)
    return RawBatch(first, first + last, data)


async def raw_batch(bus: Bus, place: TopicPartition, offset: int) -> RawBatch:
    """The batch that holds an offset, not unpacked.

    Raises:
        SkipError: there is none.
        BusError: the bus does not answer.
    """
    client = bus.client()
    try:
        await client.bootstrap()
        client.set_topics([place.topic])
        await client.force_metadata_update()
        leader = client.cluster.leader_for_partition(place)
        if leader is None:
            raise SkipError(f"there is no {place.topic}/{place.partition}: see `lienthong status`")
        asked = [(place.topic, [(place.partition, offset, FETCH_BYTES)])]
        answer = await client.send(leader, FetchRequest(WAIT_MS, 1, FETCH_BYTES, 0, asked))
    except KafkaError as error:
        raise BusError(f"Kafka at {bus} does not answer ({type(error).__name__}): nothing was done") from None
    finally:
        await client.close()
    [(_, [(_, code, *_, data)])] = answer.topics
    refusal = for_code(code)
    found = [batch for batch in batches(data or b"") if batch.first <= offset <= batch.last]
    if code or not found:
        why = f" ({refusal.__name__})" if code else ""
        raise SkipError(f"nothing stands at {place.topic}/{place.partition}/{offset}{why}")
    return found[0]


def order(service: str, place: TopicPartition, batch: RawBatch, by: str, why: str) -> Message:
    """The order that `service` skips this batch."""
    words = {
        "reason": f"skipped unread, offsets {batch.first} to {batch.last} ({batch.complaint}): {why}"[:1000],
        "topic": place.topic,
        "partition": str(place.partition),
        "offset": str(batch.first),
        UNTIL: str(batch.last + 1),
        "by": by[:MAX_WORDS],
        "why": why[:MAX_WORDS],
    }
    if len(batch.data) > LETTER_BYTES:
        words["cut"] = f"{LETTER_BYTES} of {len(batch.data)} bytes"
    headers = tuple((name, text.encode()) for name, text in words.items())
    return Message(dead_letter_topic(service), None, batch.data[:LETTER_BYTES], headers)


async def ordered(bus: Bus, service: str, place: TopicPartition, offset: int) -> int | None:
    """The offset after the batch at `offset`, if somebody ordered this service to skip it; None: nobody did.

    Where the batch ends is asked of the broker. So a letter, whoever wrote it, never skips more than the one batch.
    """
    async for record in records(bus, [dead_letter_topic(service)]):
        if _names(record.headers, place, offset):
            batch = await raw_batch(bus, place, offset)
            return batch.last + 1
    return None


def _names(headers: Sequence[tuple[str, bytes]], place: TopicPartition, offset: int) -> bool:
    """True if a dead letter is an order to skip the batch at this offset."""
    found = {name: (value or b"").decode(errors="replace") for name, value in headers}
    if UNTIL not in found or (found.get("topic"), found.get("partition")) != (place.topic, str(place.partition)):
        return False
    try:
        return int(found["offset"]) <= offset < int(found[UNTIL])
    except (KeyError, ValueError):
        return False
