"""The golden fold order: a service whose state is nothing but the ids of its facts in the order of their fold."""

from functools import partial
from typing import Any

from chassis.core.decision import Decision
from chassis.core.service import ORDER_VERSION, Service
from contracts.claims import AgencyReported
from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived
from contracts.routing import DossierAcknowledged
from tests.golden.keeping import Golden
from tests.golden.stories import UNIT, states_of

FOLDER = UNIT / "chassis" / "golden"

State = tuple[str, ...]


def told(ids: State, event: AnyEvent) -> State:
    """One fact more."""
    return (*ids, event.id)


ORDERED: Service[State] = Service(
    name="order",
    folds=dict.fromkeys((DossierReceived, AgencyReported, DossierAcknowledged), told),
    emits=(DossierAcknowledged,),
    initial=(),
    decide=lambda _state, _now: Decision(),
    genesis=(DossierReceived,),
    settles=lambda event: isinstance(event.data, DossierReceived),
)


def golden_order(service: Service[Any] = ORDERED) -> Golden:
    """The order of the facts of each story, the last of them on another timeline left out where a birth settled one."""
    constant = "ORDER_VERSION in chassis/core/service.py"
    return Golden("order", FOLDER, f"order {ORDER_VERSION}", constant, partial(states_of, service, FOLDER))
