"""The deadline watch as one value."""

from functools import partial

from chassis.core.service import Service
from contracts import intake, rating
from domain import DOMAIN_VERSION
from services.sla.decide import decide
from services.sla.events import OWNED
from services.sla.fold import FOLD_VERSION, folds
from services.sla.queries import INDEXES
from services.sla.report_row import row_of
from services.sla.rules import Rules
from services.sla.state import INITIAL, State

_BIRTHS = (intake.DossierReceived, rating.FeedbackSubmitted)


def service(rules: Rules) -> Service[State]:
    """Sla, wholly described."""
    return Service(
        name="sla",
        folds=folds(rules),
        emits=OWNED,
        initial=INITIAL,
        decide=partial(decide, rules=rules),
        genesis=_BIRTHS,
        settles=lambda event: isinstance(event.data, _BIRTHS),
        indexes=INDEXES,
        report_row=row_of,
        basis=repr((rules.calendar, dict(rules.rule_sets.by_name))),
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )
