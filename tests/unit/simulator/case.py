"""One dossier that an agency works on, the events of it, and an agency that does the plain thing only."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts import routing
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived, RouteStep
from tools.simulator.actions import Action
from tools.simulator.profiles import Profile

AT = datetime(2026, 1, 13, 2, tzinfo=UTC)
CODE, SUBMISSION = "H29.16.01-260113-0001", "sim-1-1-00001"
ROUTE = (
    RouteStep(id="forward", agency="H29.16.01", limit="1 working-hours"),
    RouteStep(id="verify", agency="H29.02", limit="4 working-hours", after=("forward",)),
    RouteStep(id="consult", agency="H29.05", limit="4 working-hours", after=("forward",)),
    RouteStep(id="sign", agency="H29.02", limit="2 working-hours", after=("verify", "consult")),
)
RECEIVED = DossierReceived(
    submission_id=SUBMISSION,
    procedure="1.001193",
    procedure_version=1,
    channel="counter",
    receiving_unit="H29.16.01",
    competent_agency="H29.02",
    limit="1 working-days",
    appointment_date=AT + timedelta(days=1),
    route=ROUTE,
)
PLAIN = Profile(
    agency="H29.02",
    officers=("H29.02-cb01", "H29.02-cb02"),
    pace=0.5,
    spread=0.2,
    backlog=0.3,
    manners=0.8,
    upstairs="H29",
    sends_back=0,
    needs_supplement=0,
    needs_payment=0,
    forgets=0,
    impossible=0,
    writes_late=0,
    hands_up=0,
    explains=1,
    consults=0,
    opines=1,
)


def said(data: Payload, at: datetime = AT, source: str = "/lienthong/test") -> AnyEvent:
    return new_event(
        data, source=source, subject=CODE, time=at, correlationid=SUBMISSION, unique=(at,), timeline="sim-1-1"
    )


def transferred(step: str = "sign", attempt: int = 1) -> AnyEvent:
    data = routing.DossierTransferred(
        step=step, attempt=attempt, from_agency="H29.05", to_agency="H29.02", deadline=AT + timedelta(hours=2)
    )
    return said(data)


def claim_of(action: Action) -> Any:
    data: Any = action.data
    return data.claim


def kinds(actions: list[Action]) -> list[str]:
    return [claim_of(action).kind for action in actions]
