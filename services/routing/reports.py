"""What an agency's report comes to: accepted, with the move it makes, or impossible, with the reason."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from contracts import claims, routing
from contracts.envelope import AnyEvent
from services.routing import moves
from services.routing.dossier import Answer, Cause, Consultation, Leg, State
from services.routing.objections import objection
from services.routing.rules import Rules

StepClaim = (
    claims.TookCustody
    | claims.FinishedStep
    | claims.SentBack
    | claims.NeedsSupplement
    | claims.NeedsPayment
    | claims.Forwards
    | claims.AsksOpinion
    | claims.Suspends
)
"""Claims about a step that is open."""


def report(state: State, event: AnyEvent, data: claims.AgencyReported, rules: Rules) -> State:
    """Fold a report in; before the dossier is known it waits."""
    answer = Answer(event.id, data.agency, data.officer, event.time, "rejected")
    if not state.birth:
        waiting = (*state.waiting, replace(answer, code="unknown-dossier"))
        return replace(
            state,
            waiting=waiting,
            dossier=event.subject,
            correlation=event.correlationid,
            timeline=event.timeline,
        )
    if found := objection(state, event, data):
        return _answered(state, replace(answer, code=found.code, reason=found.reason))
    cause = _cause(state, event, data, rules)
    return _accept(state, data, cause, replace(answer, at=cause.at, claimed_at=cause.claimed_at))


def _answered(state: State, answer: Answer) -> State:
    return replace(state, answers=(*state.answers, answer))


def _cause(state: State, event: AnyEvent, data: claims.AgencyReported, rules: Rules) -> Cause:
    """Since when a report counts: from when it happened, unless it was told too late, or can not have happened yet."""
    claimed = data.occurred_at or event.time
    believed = claimed == event.time or rules.tolerates(state.received_at or claimed, claimed, event.time)
    at = claimed if believed else event.time
    at = max([at, *_since(state, data)])
    return Cause(event.id, at, claimed if claimed < at else None)


def _since(state: State, data: claims.AgencyReported) -> list[datetime]:
    """The moments before which this can not have happened."""
    claim = data.claim
    match claim:
        case claims.GivesOpinion():
            owed = state.owed(data.agency, claim)
            return [owed.since] if owed else []
        case claims.ExplainsDelay():
            return [state.received_at] if state.received_at else []
        case claims.Resumes():
            return [state.paused.since] if state.paused else []
        case claims.TookCustody():
            return [_leg_of(state, claim).since]
        case claims.Recalls() | claims.HasResult():
            begun = [leg.since for leg in state.holders]
        case _:
            begun = [_leg_of(state, claim).since]
    return [*begun, *([state.resumed_at] if state.resumed_at else [])]


def _accept(state: State, data: claims.AgencyReported, cause: Cause, answer: Answer) -> State:
    claim = data.claim
    match claim:
        case claims.GivesOpinion():
            return _give_opinion(state, claim, answer)
        case claims.Resumes():
            return _answered(moves.resume(state, cause), replace(answer, kind="resumed"))
        case claims.Recalls():
            moved = moves.recall(state, state.recalled_to(claim), cause)
            return _answered(moved, replace(answer, kind="recalled"))
        case claims.HasResult():
            return moves.end(_answered(state, replace(answer, kind="completed")), cause, claim.outcome)
        case claims.ExplainsDelay():
            return _answered(state, replace(answer, kind="explained", step=claim.step, claim=claim))
        case _:
            leg = _leg_of(state, claim)
            return _accept_of_step(state, leg, claim, cause, replace(answer, step=claim.step, attempt=leg.attempt))


def _give_opinion(state: State, claim: claims.GivesOpinion, answer: Answer) -> State:
    owed = state.owed(answer.agency, claim)
    given = tuple(replace(one, answered_by=answer.report) if one is owed else one for one in state.consultations)
    return _answered(replace(state, consultations=given), replace(answer, kind="opinion-given", claim=claim))


def _accept_of_step(state: State, leg: Leg, claim: StepClaim, cause: Cause, answer: Answer) -> State:
    match claim:
        case claims.TookCustody():
            return _answered(state, replace(answer, kind="acknowledged", step=leg.step))
        case claims.FinishedStep():
            return _finish(_answered(state, replace(answer, kind="step-completed")), leg, claim, cause)
        case claims.SentBack():
            moved = moves.send_back(state, leg, claim.to_step, cause)
            return _answered(moved, replace(answer, kind="sent-back"))
        case claims.Forwards():
            moved = moves.forward(state, leg, claim.to_agency, cause)
            return _answered(moved, replace(answer, kind="forwarded"))
        case claims.AsksOpinion():
            asked = Consultation(answer.report, leg.step, leg.attempt, claim.of_agency, answer.agency, cause.at)
            state = replace(state, consultations=(*state.consultations, asked))
            return _answered(state, replace(answer, kind="opinion-asked", step=leg.step, claim=claim))
        case claims.NeedsSupplement() | claims.NeedsPayment() | claims.Suspends():
            moved = moves.pause(state, cause, _why(claim), answer.agency)
            return _answered(moved, replace(answer, kind="suspended", claim=claim))
        case _:
            assert_never(claim)


def _why(claim: claims.NeedsSupplement | claims.NeedsPayment | claims.Suspends) -> routing.PauseCause:
    match claim:
        case claims.NeedsSupplement():
            return "supplement"
        case claims.NeedsPayment():
            return "payment"
        case claims.Suspends():
            return claim.cause


def _leg_of(state: State, claim: StepClaim) -> Leg:
    """The open attempt that a claim speaks of; a free route has but one."""
    return (state.latest(claim.step) if state.plan else None) or state.legs[-1]


def _finish(state: State, leg: Leg, claim: claims.FinishedStep, cause: Cause) -> State:
    """On a free route the dossier goes to who is named, if any; on a fixed one what follows begins, or all is done."""
    if not state.plan:
        return moves.forward(state, leg, claim.next_agency, cause) if claim.next_agency else state
    closed = moves.close(state, leg, cause, next_agency=claim.next_agency or "")
    moved = moves.open_ready(closed, leg.agency, cause)
    return moved if moved.holders else moves.end(moved, cause, "granted")
