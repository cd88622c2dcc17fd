"""What an agency's report comes to: accepted, with the move it makes, or impossible, with the reason."""

from dataclasses import replace

from contracts import claims
from contracts.envelope import AnyEvent
from services.routing import moves
from services.routing.dossier import Answer, Leg, State

Objection = tuple[str, str]
"""Why a claim can not be true: a code and a sentence; two empty texts if it can."""

NO_OBJECTION: Objection = ("", "")


def report(state: State, event: AnyEvent, data: claims.AgencyReported) -> State:
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
    code, reason = _objection(state, data)
    if code:
        return _answered(state, replace(answer, code=code, reason=reason))
    return _accept(state, event, data, answer)


def _answered(state: State, answer: Answer) -> State:
    return replace(state, answers=(*state.answers, answer))


def _objection(state: State, data: claims.AgencyReported) -> Objection:
    claim = data.claim
    if isinstance(claim, claims.ExplainsDelay):
        if any(leg.agency == data.agency for leg in state.legs):
            return NO_OBJECTION
        return "not-the-holder", f"{data.agency} never held this dossier"
    if state.ended_at is not None:
        return "dossier-finished", f"the dossier was finished at {state.ended_at.isoformat()}"
    if state.paused and not isinstance(claim, claims.TookCustody):
        return "suspended", f"the dossier waits for the citizen ({state.paused.cause})"
    if isinstance(claim, claims.HasResult):
        return _objection_to_result(state, data.agency)
    return _objection_to_step(state, data.agency, claim)


def _objection_to_result(state: State, agency: str) -> Objection:
    if state.plan:
        return "route-fixed", "a fixed route is complete when its last step is: report that step finished"
    if any(leg.agency == agency for leg in state.holders):
        return NO_OBJECTION
    return "not-the-holder", f"{agency} does not hold the dossier; open now: {_names(state)}"


def _objection_to_step(state: State, agency: str, claim: claims.Claim) -> Objection:
    step = getattr(claim, "step", "")
    leg = state.latest(step) if state.plan else state.holders[0]
    if leg is None and all(planned.id != step for planned in state.plan):
        return "unknown-step", f"the route has no step {step}; its steps: {', '.join(s.id for s in state.plan)}"
    if leg is None or not leg.open:
        return "step-not-open", f"step {step} is not open; open now: {_names(state)}"
    if leg.agency != agency:
        return "not-the-holder", f"{leg.agency} holds the dossier for step {step}, not {agency}"
    return _objection_to_return(state, claim) if isinstance(claim, claims.SentBack) else NO_OBJECTION


def _objection_to_return(state: State, claim: claims.SentBack) -> Objection:
    if not state.plan:
        return "route-fixed", "a free route has no earlier step: forward the dossier instead"
    if claim.to_step not in state.settled & state.before(claim.step):
        return "unknown-step", f"step {claim.to_step} is not a finished step before {claim.step}"
    return NO_OBJECTION


def _names(state: State) -> str:
    return ", ".join(f"{leg.step} with {leg.agency}" for leg in state.holders) or "nothing"


def _accept(state: State, event: AnyEvent, data: claims.AgencyReported, answer: Answer) -> State:
    claim = data.claim
    leg = _leg_of(state, claim)
    answer = replace(answer, step=getattr(claim, "step", leg.step), attempt=leg.attempt)
    match claim:
        case claims.TookCustody():
            return _answered(moves.acknowledge(state, leg, event, data.officer), replace(answer, kind="acknowledged"))
        case claims.FinishedStep():
            return _finish(_answered(state, replace(answer, kind="step-completed")), leg, event, data)
        case claims.SentBack():
            state = _answered(state, replace(answer, kind="sent-back"))
            return moves.send_back(state, leg, claim.to_step, event)
        case claims.Forwards():
            state = _answered(state, replace(answer, kind="forwarded"))
            return moves.forward(state, leg, claim.to_agency, event)
        case claims.HasResult():
            state = _answered(state, replace(answer, kind="completed"))
            return moves.end(state, event, claim.outcome, data.agency, data.officer)
        case claims.NeedsSupplement():
            waiting = replace(answer, kind="suspended", missing=claim.missing, reason=claim.reason)
            return _answered(moves.pause(state, event, "supplement"), waiting)
        case claims.NeedsPayment():
            waiting = replace(answer, kind="suspended", amount=claim.amount)
            return _answered(moves.pause(state, event, "payment"), waiting)
        case claims.ExplainsDelay():
            told = replace(answer, reason=claim.cause, owner=claim.owner, plan=claim.plan, target=claim.target)
            return _answered(state, replace(told, kind="explained"))


def _leg_of(state: State, claim: claims.Claim) -> Leg:
    return (state.latest(getattr(claim, "step", "")) if state.plan else None) or state.legs[-1]


def _finish(state: State, leg: Leg, event: AnyEvent, data: claims.AgencyReported) -> State:
    """On a free route the dossier stays where it is; on a fixed one what follows begins, or all is done."""
    if not state.plan:
        return state
    state = moves.open_ready(moves.close(state, leg, event), leg.agency, event)
    return state if state.holders else moves.end(state, event, "granted", data.agency, data.officer)
