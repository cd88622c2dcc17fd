"""As much of a record that can not be taken in as its sender has to be told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from contracts.envelope import LIVE, AnyEvent, Code, DossierCode, Payload, new_event
from contracts.moments import Instant

AHEAD = timedelta(minutes=5)
"""How far a live event's time may lie after the moment the bus took it in: clocks differ that much, not more."""

RecordPlace = Annotated[
    str | None,
    Field(max_length=200, description="Where the record stands that this answers: topic/partition/offset"),
]
"""Left out where the answer is to a report, or to every copy of a record."""

_CODE: TypeAdapter[str] = TypeAdapter(Code)
_SUBJECT: TypeAdapter[str] = TypeAdapter(DossierCode)
_CORRELATION: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(min_length=1, max_length=120)])
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@dataclass(frozen=True)
class Refused:
    """A record that was put aside, as far as it says who sent it and about what.

    Attributes:
        topic: where it was.
        source: who says so, unproved.
        id: of the event, as its sender named it.
        subject: what it is about.
        correlationid: the submission; where it names none, the subject.
        timeline: which clock; where it names none, the live one.
        time: its own, if that can be; else when the bus took it in.
        agency: the code that its data name, or its source; empty without one.
        reason: the first complaints: field and reason, never the value.
        code: why it was put aside, for programs: `malformed`, or `bad-signature`.
        record: its place, where the answer is to this one record and no other; else empty.
    """

    topic: str
    source: str
    id: str
    subject: str
    correlationid: str
    timeline: str
    time: datetime
    agency: str
    reason: str
    code: str = "malformed"
    record: str = ""

    @property
    def unique(self) -> tuple[object, ...]:
        """All that an answer to it says: so the same record, however often it is sent, has the same answer."""
        told = (
            self.source,
            self.id,
            self.correlationid,
            self.timeline,
            self.time.isoformat(),
            self.agency,
            self.reason,
        )
        place = (self.code, self.record) if self.record else ()
        return tuple(text.replace("|", "/") for text in (*told, *place))

    def without_proof(self, agency: str, taken_in: datetime, place: str, reason: str) -> Self | None:
        """The same record as one that lacks the signature of the agency in whose name it speaks.

        Whoever sent it may have written anything. So the answer is about the agency, by whose code alone it goes on,
        and about no dossier, submission or clock that the record names. None where the code can be no subject.

        Args:
            agency: the code that its source names.
            taken_in: when the bus took it in, which becomes the answer's time.
            place: where it stands, as topic/partition/offset. One record has one answer.
            reason: what its signature lacks.
        """
        if _valid(_SUBJECT, agency) is None:
            return None
        return replace(
            self,
            subject=agency,
            correlationid=agency,
            timeline=LIVE,
            time=taken_in,
            agency=agency,
            reason=reason[:1000],
            code="bad-signature",
            record=place,
        )

    def answered(self, data: Payload, source: str) -> AnyEvent:
        """The event that tells its sender so, by a service with this source."""
        return new_event(
            data,
            source=source,
            subject=self.subject,
            time=self.time,
            correlationid=self.correlationid,
            unique=self.unique,
            causationid=self.id,
            timeline=self.timeline,
        )


def refused(topic: str, value: bytes, headers: Mapping[str, str], reason: str, taken_in: datetime) -> Refused | None:
    """The sender of a record and its subject; None where source, id or subject can not be read.

    Args:
        topic: where it is.
        value: of the record, perhaps no JSON.
        headers: attributes that are headers; empty where the value is the whole event.
        reason: why it is refused.
        taken_in: when the bus took it in.
    """
    found = {**headers, "data": _object(value)} if headers else _object(value)
    source, id_ = _valid(_CODE, found.get("source")), _valid(_CODE, found.get("id"))
    subject = _valid(_SUBJECT, found.get("subject"))
    if source is None or id_ is None or subject is None:
        return None
    timeline = _valid(_CODE, found.get("timeline")) or LIVE
    time = _valid(_INSTANT, found.get("time")) or taken_in
    data = found.get("data")
    return Refused(
        topic=topic,
        source=source,
        id=id_,
        subject=subject,
        correlationid=_valid(_CORRELATION, found.get("correlationid")) or subject,
        timeline=timeline,
        time=taken_in if timeline == LIVE and time > taken_in + AHEAD else time,
        agency=_agency(source, data if isinstance(data, dict) else {}),
        reason=reason[:1000],
    )


def _object(value: bytes) -> dict[str, Any]:
    try:
        found = from_json(value)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _valid(adapter: TypeAdapter[Any], value: object) -> Any:
    try:
        return adapter.validate_json(to_json(value), strict=True)
    except (ValidationError, ValueError):
        return None


def _agency(source: str, data: Mapping[str, object]) -> str:
    named: str | None = _valid(_CODE, data.get("agency"))
    return named or _valid(_CODE, source.removeprefix("/agency/") if source.startswith("/agency/") else "") or ""
