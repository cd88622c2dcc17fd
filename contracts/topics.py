"""Which topics there are, who owns them, and how to read a record of one."""

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from contracts import calendar_changes, claims, intake, keys, notify, rating, routing, sla, watermarks
from contracts.complaints import complaints
from contracts.envelope import AnyEvent, Event, Payload

OWNERS: dict[str, tuple[type[Payload], ...]] = {
    "portals": (claims.IntakeSubmitted,),
    "agencies": (claims.AgencyReported,),
    "clock": (watermarks.ClockTicked,),
    "calendar": (calendar_changes.CalendarChanged, calendar_changes.CalendarRetracted),
    "operators": (notify.ResendRequested, intake.ErasureRequested),
    "keys": (keys.AgencyKey,),
    "intake": (
        intake.DossierReceived,
        intake.DossierSupplementRequested,
        intake.DossierSupplemented,
        intake.DossierPaid,
        intake.DossierRefused,
        intake.DossierWithdrawn,
        intake.DossierDelivered,
        intake.SubmissionRejected,
        watermarks.IntakePassed,
        intake.ApplicantErased,
    ),
    "routing": (
        routing.DossierTransferred,
        routing.DossierAcknowledged,
        routing.DossierStepCompleted,
        routing.DossierSuspended,
        routing.DossierResumed,
        routing.DossierCompleted,
        routing.ConsultationRequested,
        routing.ConsultationAnswered,
        routing.DelayExplained,
        routing.ReportRejected,
        watermarks.RoutingPassed,
    ),
    "sla": (
        sla.DossierDueSoon,
        sla.DossierOverdue,
        sla.DossierOverdueRetracted,
        sla.DossierEscalated,
        sla.DossierRescheduled,
        sla.ExplanationRequired,
        sla.ApologyRequired,
        sla.ApologyWithdrawn,
        watermarks.SlaPassed,
    ),
    "rating": (
        rating.RatingSubmitted,
        rating.RatingCounted,
        rating.RatingPublished,
        rating.FeedbackSubmitted,
        rating.FeedbackAnswered,
        watermarks.RatingPassed,
        rating.FeedbackErased,
    ),
    "notify": (
        notify.NotificationSent,
        notify.NotificationDoubtful,
        notify.NotificationFailed,
        notify.LetterIssued,
        watermarks.NotifyPassed,
        notify.NotificationErased,
    ),
}
"""Event types by their one publisher."""

PAYLOADS: dict[str, type[Payload]] = {payload.TYPE: payload for owned in OWNERS.values() for payload in owned}
"""Payload class by topic."""

OF_DOSSIERS: tuple[str, ...] = tuple(
    topic for topic, payload in PAYLOADS.items() if not issubclass(payload, (*watermarks.TELL_TIME, keys.AgencyKey))
)
"""The topics whose events speak of a dossier or a submission; the others tell the time, or who signs with which key."""

OWNER_OF: dict[str, str] = {payload.TYPE: owner for owner, owned in OWNERS.items() for payload in owned}
"""The publisher of each topic."""

SERVICES = ("intake", "routing", "sla", "rating", "notify")

MAX_RECORD_BYTES = 256 * 1024
"""A larger record is not an event: it goes to the dead letters unread."""

DEFAULT_PARTITIONS = 6
"""Every topic has the same number, for good: a dossier is at the same partition number on all of them."""


class UnknownTypeError(ValueError):
    """A record whose type this version does not know: skipped and counted, never an error of the sender."""


class BadEventError(ValueError):
    """A record that can not be read; the message says where and why."""


def dead_letter_topic(service: str) -> str:
    """Where `service` puts records it can not read."""
    return f"{service}.dead-letter"


@cache
def reader(topic: str) -> TypeAdapter[AnyEvent]:
    """The validator for records of one topic."""
    return TypeAdapter(Event[PAYLOADS[topic]])  # type: ignore[valid-type]


def read_event(topic: str, value: bytes, *, strict: bool = True) -> AnyEvent:
    """Read one record.

    Args:
        topic: where it was read, which is also its type.
        value: the event as structured JSON.
        strict: whether each value has to be of the type that the schema names. Before `rule_days.ANY_RECORD` the text
            "1_000" or `true` was taken for a number, and a number for a moment.

    Raises:
        UnknownTypeError: its type is not the topic's.
        BadEventError: it is no event of this topic; says which field and why.
    """
    if len(value) > MAX_RECORD_BYTES:
        raise BadEventError(f"{len(value)} bytes is more than the {MAX_RECORD_BYTES} an event may have")
    try:
        event = reader(topic).validate_json(value, strict=strict)
    except ValidationError as error:
        kind = _type_of(value)
        if kind is not None and kind != topic:
            raise UnknownTypeError(kind) from None
        raise BadEventError(_explain(error)) from None
    if event.type != topic:
        raise UnknownTypeError(event.type)
    return event


def _type_of(value: bytes) -> str | None:
    try:
        found: Any = json.loads(value)
    except (ValueError, RecursionError):
        return None
    kind = found.get("type") if isinstance(found, dict) else None
    return kind if isinstance(kind, str) and kind else None


def _explain(error: ValidationError) -> str:
    """The first few complaints, without the offending values: they may be personal data."""
    found = complaints(error.errors(include_url=False, include_input=False)[:5])
    return "; ".join(f"{'.'.join(map(str, complaint.loc)) or 'record'}: {complaint.msg}" for complaint in found)
