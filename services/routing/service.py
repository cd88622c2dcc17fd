"""Routing as one value: what it reads, how it folds and what it decides."""

from functools import partial

from chassis.core.service import NOWHERE, Service, by_subject
from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived
from contracts.routing import ReportRejected
from domain import DOMAIN_VERSION
from services.routing.decide import decide
from services.routing.events import OWNED, record_rejected
from services.routing.fold import FOLD_VERSION, folds
from services.routing.queries import INDEXES
from services.routing.rules import Rules
from services.routing.state import INITIAL, State


def service(rules: Rules) -> Service[State]:
    """Make routing. Its documents are dossiers, by their code."""
    return Service(
        name="routing",
        folds=folds(),
        emits=OWNED,
        initial=INITIAL,
        decide=partial(decide, rules=rules),
        genesis=(DossierReceived,),
        key=by_dossier,
        answer=record_rejected,
        settles=lambda event: isinstance(event.data, DossierReceived),
        indexes=INDEXES,
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )


def by_dossier(event: AnyEvent) -> str:
    """The dossier that an event is a fact of; the answer to a record that was put aside is a fact of none."""
    about_a_record = isinstance(event.data, ReportRejected) and event.data.code in ("malformed", "bad-signature")
    return NOWHERE if about_a_record else by_subject(event)
