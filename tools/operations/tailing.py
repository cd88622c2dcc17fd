"""What is said on the bus, a line an event: read from a moment on, and further while it is said."""

import json
import unicodedata
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pydantic import BaseModel

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.record import value_of
from contracts.envelope import AnyEvent
from contracts.topics import PAYLOADS, BadEventError, UnknownTypeError, read_event
from domain.worktime import ZONE

WIDTH = 80
"""Columns of a line. Terminals have them; a longer line is cut, because what is left out stands in the streams."""

REMEMBERED = 50_000
"""Dossiers that named the agency and are followed. A province has fewer at once; each costs some 100 bytes."""

Language = Literal["vi", "en"]

NAMES: dict[str, tuple[str, str]] = {
    "agency.reported": ("cơ quan báo cáo", "agency reports"),
    "intake.submitted": ("nộp", "submitted"),
    "dossier.received": ("tiếp nhận", "received"),
    "dossier.supplement-requested": ("yêu cầu bổ sung", "supplement requested"),
    "dossier.supplemented": ("đã bổ sung", "supplemented"),
    "dossier.paid": ("đã nộp phí", "paid"),
    "dossier.refused": ("từ chối", "refused"),
    "dossier.withdrawn": ("rút hồ sơ", "withdrawn"),
    "dossier.delivered": ("trả kết quả", "delivered"),
    "dossier.transferred": ("chuyển", "transferred"),
    "dossier.acknowledged": ("đã nhận", "acknowledged"),
    "dossier.step-completed": ("xong bước", "step completed"),
    "dossier.suspended": ("tạm dừng", "suspended"),
    "dossier.resumed": ("tiếp tục", "resumed"),
    "dossier.completed": ("đã giải quyết", "completed"),
    "consultation.requested": ("lấy ý kiến", "opinion asked"),
    "consultation.answered": ("đã cho ý kiến", "opinion given"),
    "delay.explained": ("đã giải trình", "delay explained"),
    "report.rejected": ("báo cáo bị từ chối", "report rejected"),
    "dossier.due-soon": ("sắp đến hạn", "due soon"),
    "dossier.overdue": ("quá hạn", "overdue"),
    "dossier.overdue-retracted": ("rút quá hạn", "overdue retracted"),
    "dossier.escalated": ("báo cấp trên", "escalated"),
    "dossier.rescheduled": ("hẹn lại", "rescheduled"),
    "explanation.required": ("yêu cầu giải trình", "explanation required"),
    "apology.required": ("phải xin lỗi", "apology required"),
}
"""What the events are called, in Vietnamese and English; others by their type."""

TOLD = (
    *("kind", "step", "deadline", "procedure", "from_agency", "to_agency", "of_agency", "agency", "next_agency"),
    *("code", "cause", "movement", "attempt", "outcome", "rung", "due", "by", "target", "new_date", "appointment_date"),
)
"""The fields that a line may tell, in this order. Words that somebody wrote are not among them, nor is anything that
points to a person: a reason or a question may name one."""

AGENCIES = ("agency", "to_agency", "from_agency", "of_agency", "next_agency", "receiving_unit", "asked_by")
"""The fields that name an agency."""


@dataclass
class Telling:
    """Makes lines of records.

    Attributes:
        agency: whose dossiers alone are told; empty: all.
        language: of the events' names.
    """

    agency: str = ""
    language: Language = "en"
    _dossiers: dict[str, None] = field(default_factory=dict)

    def line(self, record: "ConsumerRecord[bytes, bytes]") -> str | None:
        """The line of a record; None if it does not concern the agency."""
        try:
            event = event_of(record)
        except (BadEventError, UnknownTypeError):
            place = f"{record.topic} {record.partition}:{record.offset}"
            return None if self.agency else fitting(f"{_clock(record)} {place}: not readable, a dead letter")
        if not self._concerns(event):
            return None
        name = NAMES.get(event.type, (event.type, event.type))[self.language != "vi"]
        who = f" {event.source.removeprefix('/agency/')}" if event.source.startswith("/agency/") else ""
        return fitting(f"{_clock(record)} {event.subject} {name}{who}: {', '.join(_facts(event))}".rstrip(": "))

    def _concerns(self, event: AnyEvent) -> bool:
        """Tell whether an event names the agency, or its dossier did so before."""
        if not self.agency:
            return True
        if self.agency in _named(event):
            self._dossiers[event.subject] = None
            while len(self._dossiers) > REMEMBERED:
                del self._dossiers[next(iter(self._dossiers))]
        return event.subject in self._dossiers


def event_of(record: "ConsumerRecord[bytes, bytes]") -> AnyEvent:
    """The event of a record, of a topic or of an agency's inbox, where it names its type itself.

    Raises:
        BadEventError, UnknownTypeError: it is none that this version can read.
    """
    value = value_of(record)
    topic = record.topic if record.topic in PAYLOADS else _type_of(value)
    if topic not in PAYLOADS:
        raise UnknownTypeError(topic)
    return read_event(topic, value, strict=False)


def _type_of(value: bytes) -> str:
    """The type that an event names itself; empty where that can not be read."""
    try:
        found: Any = json.loads(value)
    except (ValueError, RecursionError):
        return ""
    return str(found.get("type")) if isinstance(found, dict) else ""


def fitting(text: str) -> str:
    """The text without control characters, in as many columns as a line has."""
    shown = unicodedata.normalize("NFC", "".join(sign if sign.isprintable() else "?" for sign in text))
    return shown if len(shown) <= WIDTH else f"{shown[: WIDTH - 1]}…"


def _named(event: AnyEvent) -> set[str]:
    data = event.data
    claim = getattr(data, "claim", None)
    parts = [part for part in (data, claim) if isinstance(part, BaseModel)]
    return {str(getattr(part, name)) for part in parts for name in AGENCIES if getattr(part, name, None)}


def _facts(event: AnyEvent) -> Iterator[str]:
    said = dict(event.data)
    claim = said.get("claim")
    said |= dict(claim) if isinstance(claim, BaseModel) else {}
    if event.type == "delay.explained" or said.get("kind") == "explains-delay":
        said.pop("cause")  # its cause is somebody's own words
    if event.source == f"/agency/{said.get('agency')}":
        said.pop("agency")
    for name in TOLD:
        if said.get(name) not in (None, "", 0, False) and not (name == "attempt" and said[name] == 1):
            yield _fact(name, said[name])


def _fact(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return f"{name.replace('_', ' ')} {value.astimezone(ZONE):%d/%m %H:%M}"
    if name in ("kind", "step", "movement", "code"):
        return str(value)
    return f"→ {value}" if name == "to_agency" else f"{name.replace('_', ' ')} {value}"


def _clock(record: "ConsumerRecord[bytes, bytes]") -> str:
    return f"{datetime.fromtimestamp(record.timestamp / 1000, ZONE):%H:%M:%S}"


async def tail(
    bus: Bus, topics: list[str], since: datetime, *, follow: bool
) -> "AsyncIterator[ConsumerRecord[bytes, bytes]]":
    """Records of these topics, in the order of the bus's stamps as far as they came together.

    Args:
        bus: read as whoever it names.
        topics: those that are read.
        since: from when on, by the bus's stamps.
        follow: whether to go on with what is said from now on, for ever; else it ends where the topics end now.
    """
    consumer = bus.consumer(*topics, enable_auto_commit=False, isolation_level="read_committed")
    await consumer.start()
    try:
        ends = await _placed(consumer, since)
        left = set(ends)
        while left or follow:
            pages = await consumer.getmany(timeout_ms=500, max_records=2000)
            found = [record for page in pages.values() for record in page]
            for record in sorted(found, key=lambda record: record.timestamp):
                place = TopicPartition(record.topic, record.partition)
                if follow or record.offset < ends[place]:
                    yield record
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()


async def _placed(consumer: AIOKafkaConsumer, since: datetime) -> dict[TopicPartition, int]:
    """Put the consumer to a moment; the present ends."""
    places = list(consumer.assignment())
    found = await consumer.offsets_for_times(dict.fromkeys(places, int(since.timestamp() * 1000)))
    ends: dict[TopicPartition, int] = await consumer.end_offsets(places)
    for place in places:
        consumer.seek(place, found[place].offset if found.get(place) else ends[place])
    return ends
