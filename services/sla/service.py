"""What sla reads, says and does."""

from functools import partial

from chassis.core.service import Service
from contracts import calendar_changes, intake, rating, routing, sla
from domain import DOMAIN_VERSION
from services.sla.decide import Rules, decide
from services.sla.evolve import FOLD_VERSION, Fold
from services.sla.report_row import line_of
from services.sla.state import INITIAL, State

_CONSUMED = (
    intake.DossierReceived,
    intake.DossierWithdrawn,
    routing.DossierTransferred,
    routing.DossierAcknowledged,
    routing.DossierStepCompleted,
    routing.DossierSuspended,
    routing.DossierResumed,
    routing.DossierCompleted,
    routing.ConsultationRequested,
    routing.ConsultationAnswered,
    routing.DelayExplained,
    rating.FeedbackSubmitted,
    rating.FeedbackAnswered,
    calendar_changes.CalendarChanged,
    calendar_changes.CalendarRetracted,
)
_OWNED = (
    sla.DossierDueSoon,
    sla.DossierOverdue,
    sla.DossierOverdueRetracted,
    sla.DossierEscalated,
    sla.DossierRescheduled,
    sla.ExplanationRequired,
)


def service(rules: Rules) -> Service[State]:
    """The subscription table of sla."""
    return Service(
        name="sla",
        folds=dict.fromkeys((*_CONSUMED, *_OWNED), Fold(rules).evolve),
        emits=_OWNED,
        initial=INITIAL,
        decide=partial(decide, rules=rules),
        genesis=(intake.DossierReceived, rating.FeedbackSubmitted),
        settles=lambda event: isinstance(event.data, intake.DossierReceived | rating.FeedbackSubmitted),
        indexes=(("phase", "overdue"),),
        line=line_of,
        basis=repr((rules.calendar, dict(rules.rule_sets.by_name))),
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )
