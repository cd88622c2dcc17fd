"""Authors: a record has to be by its topic's owner, about its own subject, on a clock that it may speak of.

This needs no proof of who sent it, and gives none: it holds a record against itself.
"""

from contracts import calendar_changes, claims, intake, keys, notify
from contracts.envelope import LIVE, AnyEvent
from contracts.topics import OWNERS, SERVICES
from contracts.watermarks import TELL_TIME, ClockTicked

SOURCES = {payload.TYPE: f"/lienthong/{name}" for name in SERVICES for payload in OWNERS[name]}
"""The one source of each event type that a service owns."""

OPERATOR = "/operator"
"""The source of what operators ask for: a message once more, an erasure. `data.by` says which operator."""


def objection(event: AnyEvent, key: bytes | None) -> str:
    """The objection to a record; empty if there is none.

    Args:
        event: what it says.
        key: of the record; None where its sender gave none, and so can not keep a dossier's records in order.
    """
    wanted = SOURCES.get(event.type)
    if event.source != wanted and (wanted is not None or not _is_outsider(event)):
        return f"source: on {event.type} it has to be {wanted or _outsiders(event)}"
    if key is not None and key != event.subject.encode():
        return "key: the record's key has to be the event's subject, as plain UTF-8 text"
    return _to_subject(event)


def _to_subject(event: AnyEvent) -> str:
    data = event.data
    if isinstance(data, claims.IntakeSubmitted) and not data.submission_id == event.subject == event.correlationid:
        return "subject: of a submission subject, correlationid and data.submission_id are the same"
    if isinstance(data, keys.AgencyKey) and not data.agency == event.subject == event.correlationid:
        return "subject: of a key subject, correlationid and data.agency are the same"
    if isinstance(data, TELL_TIME) and event.timeline == LIVE:
        return "timeline: nobody tells the time on live; a tick names a timeline of its own"
    return ""


def _is_outsider(event: AnyEvent) -> bool:
    """Tell whether the source is an outsider who may speak here, and speaks for itself."""
    data, kind = event.data, event.source.split("/")[1:2]
    match data:
        case claims.AgencyReported():
            return event.source == f"/agency/{data.agency}" or _imports(event)
        case claims.IntakeSubmitted():
            return (kind in (["portal"], ["agency"]) and _named(event.source)) or _imports(event)
        case ClockTicked():
            return event.source == f"/clock/{event.timeline}"
        case calendar_changes.CalendarChanged() | calendar_changes.CalendarRetracted():
            return event.source == f"/calendar/{data.calendar}"
        case notify.ResendRequested() | intake.ErasureRequested():
            return event.source == OPERATOR
        case keys.AgencyKey():
            return event.source == keys.ROOT
    return False


def _named(source: str) -> bool:
    return len(source.split("/")) == len(("", "kind", "name")) and not source.endswith("/")


def _imports(event: AnyEvent) -> bool:
    """History is told by its import, and never on the live timeline."""
    return event.source == f"/import/{event.timeline}" and event.timeline != LIVE


def _outsiders(event: AnyEvent) -> str:
    match event.data:
        case claims.AgencyReported():
            return "/agency/<data.agency>, or /import/<timeline> of a timeline other than live"
        case claims.IntakeSubmitted():
            return "/portal/<name>, /agency/<code>, or /import/<timeline> of a timeline other than live"
        case ClockTicked():
            return "/clock/<timeline>"
        case notify.ResendRequested() | intake.ErasureRequested():
            return OPERATOR
        case keys.AgencyKey():
            return keys.ROOT
    return "/calendar/<data.calendar>"
