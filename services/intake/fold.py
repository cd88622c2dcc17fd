"""The fold of a submission: the function for each kind of event.

`folds` is intake's subscription table: it names a function for every kind of event that intake reads or owns.
"""

from datetime import datetime
from functools import partial

from chassis.core.service import Folds, unchanged
from contracts import claims, intake, routing
from contracts.envelope import LIVE, AnyEvent, Event
from contracts.rule_days import bounds_claims
from services.intake.folding_erasure import applicant_erased, erasure_requested, over_since, told_of
from services.intake.rules import Rules
from services.intake.state import CitizenAction, State, Wait

FOLD_VERSION = 3
"""Raise it by one whenever the same facts can give another state; the stored ones are then folded anew."""

UNANSWERED = ("new", "supplement-requested")
"""Outcomes that another one may still follow, whatever the submission's events say in which order."""


def folds(rules: Rules) -> Folds[State]:
    """The function for each payload: what intake consumes first, then what it owns."""
    return {
        claims.IntakeSubmitted: partial(claim_submitted, rules=rules),
        routing.DossierSuspended: suspended,
        routing.DossierCompleted: completed,
        intake.ErasureRequested: erasure_requested,
        intake.DossierReceived: received,
        intake.DossierSupplementRequested: supplement_requested,
        intake.DossierSupplemented: supplemented,
        intake.DossierPaid: unchanged,
        intake.DossierRefused: refused,
        intake.DossierWithdrawn: withdrawn,
        intake.DossierDelivered: delivered,
        intake.ApplicantErased: applicant_erased,
        intake.SubmissionRejected: rejected,
    }


def applies(event: AnyEvent) -> bool:
    """Tell whether a submission begins with this event."""
    return isinstance(event.data, claims.IntakeSubmitted) and isinstance(event.data.claim, claims.Application)


def claim_submitted(state: State, event: Event[claims.IntakeSubmitted], rules: Rules) -> State:
    """The citizen applied (nộp hồ sơ), or did something later that belongs to the application."""
    at, claim = rules.counts_from(event), event.data.claim
    state = state.but(submission=event.correlationid, timeline=event.timeline)
    match claim:
        case claims.Application():
            return _applied(state, event, claim, at)
        case claims.Supplement():
            action = CitizenAction(event.id, at, components=claim.components)
            return state.but(supplements=_in_order(state.supplements, action))
        case claims.Payment():
            action = CitizenAction(event.id, at, amount=claim.amount)
            return state.but(payments=_in_order(state.payments, action))
        case claims.Withdrawal():
            return state.but(withdrawals=_in_order(state.withdrawals, CitizenAction(event.id, at)))
        case claims.Collection():
            action = CitizenAction(event.id, at, channel=claim.channel)
            return state.but(collections=_in_order(state.collections, action))


def _applied(state: State, event: AnyEvent, application: claims.Application, at: datetime) -> State:
    """Lodge the application. Of two the one that the bus took in first counts, whatever times they claim."""
    taken_in = event.bounded_by
    if state.application is not None and (
        state.taken_in is None or (taken_in is not None and state.taken_in <= taken_in)
    ):
        return state
    return state.but(
        application=application,
        applied_at=at,
        applied_by=event.id,
        applied_from=event.source,
        taken_in=taken_in,
        from_import=not bounds_claims(event.taken_in)
        or (event.timeline != LIVE and event.source.startswith("/import/")),
    )


def _in_order(known: tuple[CitizenAction, ...], action: CitizenAction) -> tuple[CitizenAction, ...]:
    """Add an action in the order of time: a late claim may count from later than what was folded before it."""
    return tuple(sorted((*known, action), key=lambda known_action: known_action.at))


def suspended(state: State, event: Event[routing.DossierSuspended]) -> State:
    """The agency waits for documents or for money from the citizen; other causes are no business of intake."""
    data = event.data
    if data.cause not in ("supplement", "payment"):
        return state
    wait = Wait(event.id, data.cause, event.time, data.missing, data.reason, data.amount)
    return state.but(waits=(*state.waits, wait))


def completed(state: State, event: Event[routing.DossierCompleted]) -> State:
    """The result is signed, so it can be handed over."""
    return state.but(completed_at=event.time)


def received(state: State, event: Event[intake.DossierReceived]) -> State:
    """The dossier was accepted and has its code (giấy tiếp nhận)."""
    data = event.data
    return state.but(
        code=event.subject,
        appointment=data.appointment,
        working_out=data.working_out,
        # Facts of one moment may be folded in either order, so the end may be known before the receipt.
        outcome=state.outcome if state.outcome in ("withdrawn", "delivered") else "received",
        missing=(),
        reason="",
    )


def supplement_requested(state: State, event: Event[intake.DossierSupplementRequested]) -> State:
    """Something is missing (form 02). Before there is a code, any answer to the submission outdates the request."""
    asked = told_of(state, event).but(missing=event.data.missing, reason=event.data.reason)
    if event.subject == state.code:
        return asked
    return asked.but(outcome="supplement-requested") if state.outcome in UNANSWERED else told_of(state, event)


def supplemented(state: State, _event: Event[intake.DossierSupplemented]) -> State:
    """All that was asked for came."""
    return state.but(missing=(), reason="")


def refused(state: State, event: Event[intake.DossierRefused]) -> State:
    """The submission was not accepted (form 03)."""
    return over_since(told_of(state, event).but(outcome="refused", missing=(), reason=event.data.reason), event.time)


def rejected(state: State, event: Event[intake.SubmissionRejected]) -> State:
    """The submission says what no submission may say; its portal was told, and sends another one."""
    return over_since(told_of(state, event).but(outcome="refused", missing=(), reason=event.data.reason), event.time)


def withdrawn(state: State, event: Event[intake.DossierWithdrawn]) -> State:
    """The citizen took the dossier back."""
    return over_since(told_of(state, event).but(outcome="withdrawn"), event.time)


def delivered(state: State, event: Event[intake.DossierDelivered]) -> State:
    """The citizen has the result."""
    return over_since(state.but(outcome="delivered"), event.time)
