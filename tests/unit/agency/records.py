"""Events that an agency hears, and records of them."""

from datetime import UTC, datetime
from types import SimpleNamespace

from contracts.envelope import AnyEvent, following, new_event
from contracts.routing import DossierAcknowledged, DossierTransferred, ReportRejected

ROUTING = "/lienthong/routing"
AT = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)


def hand_over(to: str = "H29.04.01", attempt: int = 1) -> AnyEvent:
    data = DossierTransferred(step="register", attempt=attempt, from_agency="H29.16.01", to_agency=to)
    return new_event(
        data,
        source=ROUTING,
        subject="H29.16.01-261201-0001",
        time=AT,
        correlationid="submission-1",
        unique=("register", attempt),
    )


def answer(report: AnyEvent, code: str = "", record: str | None = None) -> AnyEvent:
    """The event that accepts a report, or with a code rejects it."""
    if code:
        told = {"report_id": report.id, "agency": "H29.04.01", "code": code, "reason": "why", "record": record}
        return following(report, ReportRejected.model_validate(told), report.id, record, source=ROUTING)
    data = DossierAcknowledged(step="register", attempt=1, agency="H29.04.01")
    return following(report, data, report.id, source=ROUTING)


def record(event: AnyEvent, topic: str = "", value: bytes | None = None) -> SimpleNamespace:
    """A record of an event as aiokafka gives it."""
    content = event.to_json().encode() if value is None else value
    return SimpleNamespace(topic=topic or event.type, value=content, timestamp=int(AT.timestamp() * 1000))
