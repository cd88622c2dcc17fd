"""Why a report can not be true."""

from typing import NamedTuple

from contracts import claims
from contracts.routing import RejectionCode
from contracts.worktime import Limit, LimitError
from services.routing.dossier import FREE_STEP, Report, State


class Objection(NamedTuple):
    """Why a claim can not be true: a code for programs, a sentence for people."""

    code: RejectionCode
    reason: str


def objection(state: State, report: Report) -> Objection | None:
    """What stands against a report on a dossier that is known; None if it can be true."""
    if report.occurred_at is not None and report.occurred_at > report.told_at:
        text = (
            f"occurred_at is {report.occurred_at.isoformat()}, after the report itself ({report.told_at.isoformat()})"
        )
        return Objection("not-yet-happened", text)
    claim, agency = report.claim, report.agency
    if isinstance(claim, claims.ExplainsDelay):
        return _to_explanation(state, report, claim)
    if state.ended_at is not None:
        return Objection("dossier-finished", f"the dossier was finished at {state.ended_at.isoformat()}")
    match claim:
        case claims.GivesOpinion():
            return _to_opinion(state, agency, claim)
        case claims.Resumes():
            return _to_resumption(state, agency)
        case claims.TookCustody():
            return _to_step(state, agency, claim)
    if state.paused is not None:
        return Objection("suspended", f"the dossier waits ({state.paused.cause}); report again when it has resumed")
    match claim:
        case claims.HasResult():
            return _to_result(state, agency)
        case claims.Recalls():
            return _to_recall(state, agency, claim)
        case _:
            return _to_step(state, agency, claim)


def _to_explanation(state: State, report: Report, claim: claims.ExplainsDelay) -> Objection | None:
    if report.agency not in {leg.agency for leg in state.legs} | {one.agency for one in state.asked}:
        return Objection("not-the-holder", f"{report.agency} never held this dossier, nor was it asked for its opinion")
    if claim.step not in ({planned.id for planned in state.plan} or {FREE_STEP}):
        return _unknown_step(state, claim.step)
    if state.latest(claim.step) is None:
        return Objection("step-not-open", f"step {claim.step} has not begun: there is no delay to explain yet")
    if claim.target <= report.told_at:
        text = f"target {claim.target.isoformat()} has passed: give the date by which it will be done"
        return Objection("target-in-the-past", text)
    return None


def _to_opinion(state: State, agency: str, claim: claims.GivesOpinion) -> Objection | None:
    if state.owes(agency, claim) is not None:
        return None
    owed = [f"{one.id} of {one.agency} for step {one.step}" for one in state.owed]
    return Objection("not-asked", f"{agency} owes no such opinion; owed now: {', '.join(owed) or 'none'}"[:1000])


def _to_resumption(state: State, agency: str) -> Objection | None:
    paused = state.paused
    if paused is None or paused.cause != "force-majeure":
        waits = f"the dossier waits for the citizen ({paused.cause})" if paused else "the dossier is not suspended"
        return Objection("not-suspended", f"{waits}; there is nothing to resume")
    if agency not in (paused.agency, state.unit):
        return Objection("not-the-holder", f"{paused.agency} suspended it: only they or {state.unit} can resume it")
    return None


def _to_result(state: State, agency: str) -> Objection | None:
    if state.plan:
        text = "a fixed route is complete when its last step is: report that step finished"
        return Objection("route-fixed", text)
    if any(leg.agency == agency for leg in state.holders):
        return None
    return Objection("not-the-holder", f"{agency} does not hold the dossier; open now: {_names(state)}")


def _to_recall(state: State, agency: str, claim: claims.Recalls) -> Objection | None:
    if agency != state.unit:
        return Objection("not-the-receiving-unit", f"only {state.unit}, which received the dossier, can recall it")
    if all(leg.agency == agency for leg in state.holders):
        return Objection("nothing-to-recall", f"{agency} has it; open now: {_names(state)}")
    if not state.plan:
        return None if claim.to_step is None else Objection("route-fixed", "a free route has no step to go back to")
    step = state.recalled_to(claim)
    if step is None:
        return _unknown_step(state, claim.to_step or "")
    if state.latest(step.id) is None or not state.settled.issuperset(step.after):
        return Objection("unknown-step", f"step {step.id} is not one that was begun, with all before it done")
    return None


def _to_step(state: State, agency: str, claim: claims.Claim) -> Objection | None:
    step = getattr(claim, "step", "")
    leg = state.latest(step) if state.plan else state.holders[0]
    if leg is None and all(planned.id != step for planned in state.plan):
        return _unknown_step(state, step)
    if leg is None or not leg.open:
        return Objection("step-not-open", f"step {step} is not open; open now: {_names(state)}")
    if leg.agency != agency and not (isinstance(claim, claims.Suspends) and agency == state.unit):
        return Objection("not-the-holder", f"{leg.agency} holds the dossier for step {step}, not {agency}")
    match claim:
        case claims.SentBack():
            return _to_return(state, claim)
        case claims.AsksOpinion():
            return _to_limit(claim.limit)
        case _:
            return None


def _to_return(state: State, claim: claims.SentBack) -> Objection | None:
    if not state.plan:
        return Objection("route-fixed", "a free route has no earlier step: forward the dossier instead")
    if claim.to_step not in state.settled & state.before(claim.step):
        return Objection("unknown-step", f"step {claim.to_step} is not a finished step before {claim.step}")
    return None


def _to_limit(limit: str) -> Objection | None:
    try:
        Limit.parse(limit)
    except LimitError as error:
        return Objection("bad-limit", str(error))
    return None


def _unknown_step(state: State, step: str) -> Objection:
    steps = ", ".join(one.id for one in state.plan) or FREE_STEP
    return Objection("unknown-step", f"the route has no step {step}; its steps: {steps}"[:1000])


def _names(state: State) -> str:
    return ", ".join(f"{leg.step} with {leg.agency}" for leg in state.holders) or "nothing"
