"""The subscription table of notify: what each kind of event makes of the state."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from chassis.core.service import Folds
from contracts.envelope import AnyEvent
from contracts.intake import (
    ApplicantErased,
    DossierReceived,
    DossierRefused,
    DossierSupplementRequested,
    DossierWithdrawn,
)
from contracts.notify import (
    LetterIssued,
    NotificationDoubtful,
    NotificationErased,
    NotificationFailed,
    NotificationSent,
    ResendRequested,
)
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.sla import (
    ApologyRequired,
    ApologyWithdrawn,
    DossierDueSoon,
    DossierEscalated,
    DossierOverdueRetracted,
    DossierRescheduled,
    ExplanationRequired,
)
from services.notify import (
    folding_agencies,
    folding_apologies,
    folding_causes,
    folding_erasure,
    folding_notices,
    folding_outcomes,
)
from services.notify.folding_agencies import with_agencies
from services.notify.folding_apologies import with_apologies
from services.notify.folding_messages import counted, with_resends
from services.notify.folding_notices import with_notices
from services.notify.state import State

FOLD_VERSION = 4
"""Raise it by one whenever the fold can give another state for the same facts: every document is folded anew then."""

Fold = Callable[[State, AnyEvent], State]


def folds() -> Folds[State]:
    """Name the function that folds each payload notify reads or owns; after each, `_settled` settles what follows."""
    return {
        DossierReceived: _settled(folding_causes.received),
        DossierSupplementRequested: _settled(folding_causes.supplement_requested),
        DossierRefused: _settled(folding_causes.refused),
        DossierWithdrawn: _settled(folding_causes.withdrawn),
        DossierSuspended: _settled(folding_causes.suspended),
        DossierCompleted: _settled(folding_causes.completed),
        ApologyRequired: _settled(folding_apologies.apology_required),
        ApologyWithdrawn: _settled(folding_apologies.apology_withdrawn),
        DossierRescheduled: _settled(folding_notices.rescheduled),
        DossierDueSoon: _settled(folding_agencies.due_soon),
        DossierEscalated: _settled(folding_agencies.escalated),
        ExplanationRequired: _settled(folding_agencies.explanation_required),
        DossierOverdueRetracted: _settled(folding_agencies.overdue_retracted),
        ResendRequested: _settled(folding_causes.resend_requested),
        NotificationSent: _settled(folding_outcomes.sent),
        NotificationDoubtful: _settled(folding_outcomes.doubtful),
        NotificationFailed: _settled(folding_outcomes.failed),
        LetterIssued: _settled(folding_outcomes.letter_issued),
        ApplicantErased: _settled(folding_erasure.applicant_erased),
        NotificationErased: _settled(folding_erasure.messages_erased),
    }


def _settled(fold: Fold) -> Fold:
    """Fold the event, then settle which messages are sent: any event may change that for any message."""

    @wraps(fold)
    def settled(state: State, event: AnyEvent) -> State:
        state = with_resends(fold(state if state.timeline else replace(state, timeline=event.timeline), event))
        return counted(with_agencies(with_notices(with_apologies(state))))

    return settled
