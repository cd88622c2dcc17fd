"""What sla tells notify in these tests, what notify orders, and what becomes of an order."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from contracts.notify import NotificationFailed, NotificationSent
from contracts.sla import (
    WHOLE,
    ApologyRequired,
    ApologyWithdrawn,
    DossierOverdueRetracted,
    DossierRescheduled,
)
from services.notify.decide import Order, decide
from services.notify.service import service
from services.notify.state import State

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
DUE = START + timedelta(hours=8)
LATER = DUE + timedelta(days=9)
Make = Callable[..., AnyEvent]


def make_event(data: Payload, hours: float = 0, *unique: object, **envelope: Any) -> AnyEvent:
    """An event some hours after receipt; what is not told apart by `unique` is the same event."""
    given = {
        "source": "/lienthong/test",
        "subject": "H29.16-260105-0001",
        "correlationid": "submission-1",
        "time": START + timedelta(hours=hours),
        **envelope,
    }
    return new_event(data, unique=(hours, *unique), **given)


def make_received() -> AnyEvent:
    data = DossierReceived(
        submission_id="submission-1",
        procedure="1.001193",
        procedure_version=1,
        channel="counter",
        receiving_unit="H29.16",
        competent_agency="H29.02",
        applicant_ref="person-1",
        fee=50_000,
        limit="1 working-day",
        appointment_date=START + timedelta(hours=8),
    )
    return make_event(data)


def required(hours: float = 8, again: str = "", **given: Any) -> ApologyRequired:
    """An apology for the date that was missed so many hours after the start."""
    due = START + timedelta(hours=hours)
    return ApologyRequired.model_validate(
        {"overdue_id": f"overdue-{hours:g}{again}", "due": due, "agency": "H29.02", **given}
    )


def new_date(hours: float = 8, **given: Any) -> DossierRescheduled:
    old = START + timedelta(hours=hours)
    common = {"old_date": old, "new_date": old + timedelta(hours=48), "cause": "Đo đạc lại", "agency": "H29.02"}
    return DossierRescheduled.model_validate({**common, **given})


def withdrawn(of: AnyEvent) -> ApologyWithdrawn:
    """The apology was for nothing."""
    told = of.data
    return ApologyWithdrawn(overdue_id=told.overdue_id, due=told.due, agency=told.agency, new_date=told.new_date)


def retraction(of: AnyEvent) -> DossierOverdueRetracted:
    """The overdue that an apology is for was none."""
    return DossierOverdueRetracted(deadline=WHOLE, due=of.data.due, overdue_id=of.data.overdue_id)


def fold(*events: AnyEvent) -> State:
    return service().fold(events)


def orders(state: State, at: datetime = START) -> list[Order]:
    return [one.order for one in decide(state, at).effects if isinstance(one.order, Order)]


def settled(state: State, make: Make, facts: Iterable[AnyEvent], *, sent: bool = True) -> list[AnyEvent]:
    """The facts, with all that decide says and an outcome for all that it orders."""
    outcomes = [outcome(order, make, sent=sent) for order in orders(state)]
    return [*facts, *decide(state, START).events, *outcomes]


def outcome(order: Order, make: Make, *, sent: bool = True, final: bool = False, hours: float = 10) -> AnyEvent:
    common: dict[str, Any] = {"message_id": order.message_id, "template": order.template, "attempt": order.attempt}
    if sent:
        return make(NotificationSent(medium="email", **common), hours, order)
    return make(NotificationFailed(medium="email", error="smtp: 451", final=final, **common), hours, order)
