"""Services that believe what they are told, each in one way: the laws about liars and early reports have to tell."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import override

from chassis.core.service import Service
from contracts import claims
from contracts.envelope import AnyEvent
from services.routing import service as routing_handlers
from services.routing.records import Report
from services.routing.rules import Rules
from tests.laws.rules import calendar
from tests.simulation.services import altered
from tests.simulation.variants import Variant


class Gullible(Rules):
    """Believes any time, however old."""

    @override
    def tolerates(self, *_: Any) -> bool:
        return True

    @override
    def counts_from(self, received_at: datetime, report: Report) -> datetime:
        return report.claimed_at


class Impatient(Rules):
    """Waits for nothing."""

    @override
    def waits_until(self, received_at: datetime, report: Report, patience: timedelta) -> datetime:
        assert report.heard is not None
        return report.heard


class Hopeful(Rules):
    """Takes any date for a plan."""

    @override
    def is_too_far(self, *_: Any) -> bool:
        return False


class Anybody(frozenset[str]):
    """A directory that knows everybody."""

    @override
    def __contains__(self, _: object) -> bool:
        return True


def judging_by(rules: Callable[[], Rules]) -> Callable[[Service[Any]], Service[Any]]:
    """Routing with other rules."""
    return lambda service: routing_handlers.service(rules()) if service.name == "routing" else service


def takes_history_from_anybody(service: Service[Any]) -> Service[Any]:
    """Intake does not look at when the bus took an application in: for these the older rules count."""
    return _unstamped(service, "intake", lambda _, event: isinstance(event.data.claim, claims.Application))


def refuses_custody(service: Service[Any]) -> Service[Any]:
    """Who took custody is told no once the end of what he held was read."""

    def is_over(state: Any, event: AnyEvent) -> bool:
        told = event.data
        over = any(leg.agency == told.agency and not leg.open for leg in state.legs)
        return over and isinstance(told.claim, claims.TookCustody)

    return _unstamped(service, "routing", is_over)


def _unstamped(service: Service[Any], name: str, kind: Callable[[Any, AnyEvent], bool]) -> Service[Any]:
    """One service that does not look at the stamp of some claims."""

    def evolve(state: Any, event: AnyEvent) -> Any:
        blind = hasattr(event.data, "claim") and kind(state, event)
        return service.evolve(state, event.model_copy().take_in(None) if blind else event)

    return altered(service, evolve=evolve) if service.name == name else service


BROKEN_RULES = (
    Variant(
        "believes a report however late",
        product=judging_by(lambda: Gullible(calendar())),
        law="nobody gains time by telling late",
        found_within=60,
    ),
    Variant(
        "tells who is early no at once",
        product=judging_by(lambda: Impatient(calendar())),
        law="no early report is rejected if what it follows from came in time",
        found_within=300,
    ),
    Variant(
        "refuses custody once its end was read",
        product=refuses_custody,
        law="custody is not refused because its end was read first",
        found_within=150,
    ),
    Variant(
        "hands a dossier to whoever is named",
        product=judging_by(lambda: Rules(calendar(), agencies=Anybody())),
        law="nobody is handed what nobody can take",
        found_within=60,
    ),
    Variant(
        "takes any date for a plan",
        product=judging_by(lambda: Hopeful(calendar())),
        law="nobody waits for a date that is no plan",
        found_within=60,
    ),
    Variant(
        "takes history from anybody",
        product=takes_history_from_anybody,
        law="nobody is born twice",
        found_within=150,
    ),
)
