"""The envelope every record on every topic wears: CloudEvents 1.0, structured JSON, one record one event.

Structured mode was chosen over Kafka headers because an archived value then is a whole event: a file of values, or one
printed by any console consumer, can be read and replayed without its broker. See docs/decisions/0002.
"""

import uuid
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from contracts.moments import Instant
from contracts.rule_days import bounds_claims

NAMESPACE = uuid.UUID("6c1e0b52-6a3f-5c0e-9a55-0d3f3c9b7a10")
"""Root of all derived ids (UUIDv5)."""

LIVE = "live"
"""The timeline told by the wall clock. Every other one (imports, simulations) is told by `clock.ticked`."""

DOSSIER_CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

CODE_PATTERN = r"^[^|\x00-\x1f\x7f]+$"
"""No control characters, and no bar: it separates the parts that ids are derived from."""

Code = Annotated[str, Field(min_length=1, max_length=120, pattern=CODE_PATTERN)]
"""A code of an agency, an officer, a step or a component: never a name of a person."""

Count = Annotated[int, Field(ge=0, le=10_000)]
"""How often; an attempt at a step counts from 1."""

Money = Annotated[int, Field(ge=0, le=10**12)]
"""Vietnamese đồng."""

DossierCode = Annotated[str, Field(pattern=DOSSIER_CODE_PATTERN)]
"""Mã hồ sơ, for example ``H29.16-260105-0001``: receiving unit, date of receipt, number of that day."""


class Payload(BaseModel):
    """The `data` of an event. Unknown fields are ignored, so that an owner may add some without breaking a reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    """Event type, which is also the topic."""


OPTIONAL = ("dataschema", "causationid")
"""Attributes that may be empty in an event, and are no part of its record then."""

D = TypeVar("D", bound=Payload)


class Event(BaseModel, Generic[D]):
    """One fact, in a CloudEvents 1.0 envelope.

    `time` is when the fact became true in the world, not when it was written down. Two events with the same `source`
    and `id` are the same event.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"]
    id: Code = Field(description="Unique within `source`; UUIDv5 of its meaning")
    source: Code = Field(description="Who says so: /lienthong/<service>, /agency/<code>, /portal/<name>, /clock/<name>")
    type: str = Field(max_length=120, description="Event type = topic")
    subject: str = Field(
        pattern=DOSSIER_CODE_PATTERN,
        description="Dossier code; before there is one the submission id; of a tick its timeline",
    )
    time: Instant = Field(description="When it became true; RFC 3339 with offset, kept in UTC")
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str = Field(
        default="",
        max_length=200,
        description="URN of the JSON Schema of the record, for example urn:lienthong:schema:dossier.received:v1",
    )
    causationid: str = Field(default="", max_length=120, description="Id of the event that made this one necessary")
    correlationid: str = Field(min_length=1, max_length=120, description="Id of the submission it all began with")
    timeline: Code = Field(default=LIVE, description="Which clock its time is told by")
    data: D

    _taken_in: datetime | None = PrivateAttr(default=None)
    _proof: tuple[str, str] | None = PrivateAttr(default=None)

    @property
    def taken_in(self) -> datetime | None:
        """When the bus took in the first record of it, by the broker's stamp; no part of the record.

        None for what never came from the bus, and for what was kept before stamps were.
        """
        return self._taken_in

    @property
    def bounded_by(self) -> datetime | None:
        """The bound of its time: on the live timeline, since that rule counts, the broker's stamp; else None."""
        return self._taken_in if self.timeline == LIVE and bounds_claims(self._taken_in) else None

    def take_in(self, at: datetime | None) -> Self:
        """Keep when the bus took it in; said by who reads it, before anybody else has it."""
        self._taken_in = at
        return self

    @property
    def signed_by(self) -> str:
        """The key (`kid`) whose signature of its record was proved; empty where none had to be."""
        return self._proof[0] if self._proof else ""

    @property
    def signature(self) -> str:
        """That signature, as it stood beside the record (`contracts.signatures`); empty without one."""
        return self._proof[1] if self._proof else ""

    def keep_signature(self, kid: str, written: str) -> Self:
        """Keep the signature of its record; said by who proved it, before anybody else has the event."""
        self._proof = (kid, written) if kid else None
        return self

    @property
    def identity(self) -> str:
        """Two records with the same identity are the same event: source and id, as CloudEvents defines it."""
        return f"{self.source}|{self.id}"

    def to_json(self) -> str:
        """The record's value. The same event always gives the same text.

        What is not there is left out. CloudEvents knows no empty attribute and no null, and its libraries make
        something else of them: of a null the text "null", of an empty `dataschema` an error.
        """
        return self.model_dump_json(exclude=self._empty or None, exclude_none=True)

    @property
    def _empty(self) -> set[str]:
        return {name for name in OPTIONAL if not getattr(self, name)}


AnyEvent = Event[Any]


def event_id(kind: str, subject: str, *unique: object) -> str:
    """Derive an id from meaning: the type, the dossier, and what makes this fact unique among its like.

    A repeat, whoever makes it and however often, gets the same id and is recognised everywhere.
    """
    return str(uuid.uuid5(NAMESPACE, "|".join((kind, subject, *map(str, unique)))))


def new_event(
    data: D,
    *,
    source: str,
    subject: str,
    time: datetime,
    correlationid: str,
    unique: tuple[object, ...],
    causationid: str = "",
    timeline: str = LIVE,
) -> Event[D]:
    """Wrap `data`; its id follows from type, subject and `unique`.

    Args:
        data: the payload.
        source: ``/lienthong/<service>`` or ``/agency/<code>``.
        subject: dossier code, or the submission's id before there is one.
        time: when it became true, with a zone.
        correlationid: the submission's id.
        unique: what tells this fact from others of its type on the same dossier, for example step and attempt.
        causationid: id of the event that caused it.
        timeline: the clock it lives on.
    """
    made: Event[D] = _envelope(type(data))(
        specversion="1.0",
        id=event_id(data.TYPE, subject, *unique),
        source=source,
        type=data.TYPE,
        subject=subject,
        time=time,
        dataschema=f"urn:lienthong:schema:{data.TYPE}:v1",
        causationid=causationid,
        correlationid=correlationid,
        timeline=timeline,
        data=data,
    )
    return made


@cache
def _envelope(payload: type[Payload]) -> type[AnyEvent]:
    """The envelope's class for one payload, made once."""
    return Event[payload]  # type: ignore[valid-type]


def following(cause: AnyEvent, data: D, *unique: object, source: str, time: datetime | None = None) -> Event[D]:
    """An event caused by another: same dossier, correlation and timeline; by default true since the same moment."""
    return new_event(
        data,
        source=source,
        subject=cause.subject,
        time=time or cause.time,
        correlationid=cause.correlationid,
        unique=unique,
        causationid=cause.id,
        timeline=cause.timeline,
    )
