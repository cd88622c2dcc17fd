"""What intake, routing and the deadline watch make of a case's claims, without stack: their pure functions alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from contracts.envelope import AnyEvent
from domain.procedures import Catalogue, load_directory
from domain.worktime import load_calendar
from services.intake import rules as intake
from services.intake.service import service as intake_service
from services.routing.rules import Rules as RoutingRules
from services.routing.service import service as routing_service
from services.sla.rules import Rules as SlaRules
from services.sla.service import service as sla_service
from services.sla.state import State
from tests.given import given

INTAKE = intake_service(intake.Rules(Catalogue({}, {}), load_directory(), load_calendar()))
ROUTING = routing_service(RoutingRules(load_calendar()))
SLA = sla_service(SlaRules(load_calendar()))
LONG_AFTER = datetime(2300, 1, 1, tzinfo=UTC)


def judged(claims: list[AnyEvent], now: datetime | None = None) -> State:
    """The state of the deadline watch after the claims of one case, told in order; `now` is a later look at it."""
    application, *reports = claims
    received = given(INTAKE, application).said
    routed = given(ROUTING, *received).when(*reports).record
    answers = [event for event in routed if event.source == "/lienthong/routing" and event.type in _READ]
    return given(SLA, *received, *answers).when(now=now).state if now else given(SLA, *received, *answers).state


_READ = frozenset(payload.TYPE for payload in SLA.consumes)


def by_case(events: Iterable[AnyEvent]) -> Iterator[list[AnyEvent]]:
    """The claims of each case."""
    cases: dict[str, list[AnyEvent]] = defaultdict(list)
    for event in events:
        cases[event.subject].append(event)
    yield from cases.values()


def counts(report):
    return {kind: found.count for kind, found in report.anomalies.items()}
