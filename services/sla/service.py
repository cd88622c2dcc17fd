"""What sla reads, says and does."""

from functools import partial

from chassis.core.service import Service
from contracts import calendar_changes, intake, rating, routing, sla
from services.sla.decide import Rules, decide
from services.sla.evolve import Fold
from services.sla.report_row import line_of
from services.sla.state import INITIAL, State


def service(rules: Rules) -> Service[State]:
    """The subscription table of sla."""
    return Service(
        name="sla",
        consumes=(
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
        ),
        emits=(
            sla.DossierDueSoon,
            sla.DossierOverdue,
            sla.DossierOverdueRetracted,
            sla.DossierEscalated,
            sla.DossierRescheduled,
            sla.ExplanationRequired,
        ),
        initial=INITIAL,
        evolve=Fold(rules).evolve,
        decide=partial(decide, rules=rules),
        genesis=(intake.DossierReceived, rating.FeedbackSubmitted),
        settles=lambda event: isinstance(event.data, intake.DossierReceived | rating.FeedbackSubmitted),
        indexes=(("phase", "overdue"),),
        line=line_of,
        basis=repr((rules.calendar, dict(rules.rule_sets.by_name))),
    )
