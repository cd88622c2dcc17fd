"""What each kind of event makes of the state: the subscription table of sla."""

from functools import partial

from chassis.core.service import Folds
from contracts import calendar_changes, intake, rating, routing, sla
from services.sla import folding_births, folding_own_events, folding_waits, folding_work
from services.sla.rules import Rules
from services.sla.state import State

FOLD_VERSION = 2
"""Raise it by one whenever the same facts can give another state; the stored ones are then folded anew."""


def folds(rules: Rules) -> Folds[State]:
    """Every payload that sla consumes or owns, with the function that folds it."""
    return {
        intake.DossierReceived: partial(folding_births.received, rules),
        rating.FeedbackSubmitted: partial(folding_births.complained, rules),
        intake.DossierWithdrawn: partial(folding_work.withdrawn, rules),
        routing.DossierTransferred: partial(folding_work.transferred, rules),
        routing.DossierAcknowledged: folding_work.acknowledged,
        routing.DossierStepCompleted: partial(folding_work.step_completed, rules),
        routing.DossierCompleted: partial(folding_work.completed, rules),
        routing.ConsultationRequested: partial(folding_work.opinion_requested, rules),
        routing.ConsultationAnswered: partial(folding_work.opinion_given, rules),
        routing.DelayExplained: folding_work.delay_explained,
        rating.FeedbackAnswered: partial(folding_work.complaint_answered, rules),
        routing.DossierSuspended: partial(folding_waits.suspended, rules),
        routing.DossierResumed: partial(folding_waits.resumed, rules),
        calendar_changes.CalendarChanged: partial(folding_waits.calendar_changed, rules),
        calendar_changes.CalendarRetracted: partial(folding_waits.calendar_retracted, rules),
        sla.DossierDueSoon: folding_own_events.due_soon,
        sla.DossierOverdue: partial(folding_own_events.overdue, rules),
        sla.DossierOverdueRetracted: partial(folding_own_events.overdue_retracted, rules),
        sla.DossierEscalated: folding_own_events.escalated,
        sla.DossierRescheduled: partial(folding_own_events.rescheduled, rules),
        sla.ExplanationRequired: folding_own_events.explanation_required,
        sla.ApologyRequired: folding_own_events.apology_required,
        sla.ApologyWithdrawn: folding_own_events.apology_withdrawn,
    }
