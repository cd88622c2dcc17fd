"""The reasons why a report can not be true."""

from datetime import timedelta
from typing import NamedTuple

from contracts import claims
from contracts.routing import RejectionCode
from contracts.rule_days import refuses_personal_data
from domain.personal_data import personal_data_of
from domain.worktime import Limit, LimitError
from services.routing.records import FREE_STEP, Leg, Report
from services.routing.rules import Rules
from services.routing.state import State

ASTRAY = timedelta(minutes=5)
"""The most that two agencies' clocks may differ; the bus allows as much (`contracts.refused.AHEAD`).

With less, an honest report is taken for one of an earlier attempt; with more, a report of an earlier attempt is taken
for one of this.
"""


class Objection(NamedTuple):
    """The reason why a claim can not be true.

    Attributes:
        code: for programs.
        reason: a sentence for people.
        early: what would make it true may still come.
    """

    code: RejectionCode
    reason: str
    early: bool = False


def overtaken(state: State, report: Report, rules: Rules) -> Leg | None:
    """The attempt that was over when the report of its custody was read, and was open when custody was taken.

    A client without a record key, or an outage, lets a holder's next report overtake this one. It is right, and moves
    nothing.
    """
    claim = report.claim
    if not isinstance(claim, claims.TookCustody) or report.heard is None:
        return None
    since = rules.counts_from(state.received_at or report.claimed_at, report)
    theirs = (leg for leg in state.legs if leg.agency == report.agency and (claim.step == leg.step or not state.plan))
    return next((leg for leg in theirs if leg.done_at is not None and since <= leg.done_at), None)


def objection(state: State, report: Report, rules: Rules) -> Objection | None:
    """The objection to a report on a dossier that is known; None if it can be true."""
    if report.occurred_at is not None and report.occurred_at > report.told_at:
        text = (
            f"occurred_at is {report.occurred_at.isoformat()}, after the report itself ({report.told_at.isoformat()})"
        )
        return Objection("not-yet-happened", text)
    if refuses_personal_data(report.heard) and (private := _private(report, rules)):
        return private
    if report.heard is not None and (unknown := _unknown_agency(report.claim, rules)):
        return unknown
    if overtaken(state, report, rules) is not None:
        return None
    return _to_claim(state, report, rules)


def _private(report: Report, rules: Rules) -> Objection | None:
    """The objection to what may be a person's: everybody on the bus reads it. Nothing of it is quoted."""
    found = personal_data_of(report.claim)
    if found is not None:
        text = f"{found.path} holds {found.kind}; everybody reads it: leave it out, and report again with a new id"
        return Objection("personal-data", text)
    named = (report.officer, report.claim.owner if isinstance(report.claim, claims.ExplainsDelay) else None)
    if all(code is None or rules.is_officer_code(code) for code in named):
        return None
    text = "an officer is named by a code as the directory declares it, never by name: a letter first, a digit last"
    return Objection("unknown-officer", text)


def _unknown_agency(claim: claims.Claim, rules: Rules) -> Objection | None:
    match claim:
        case claims.Forwards(to_agency=named) | claims.AsksOpinion(of_agency=named):
            pass
        case claims.FinishedStep(next_agency=str(named)):
            pass
        case _:
            return None
    if named in rules.agencies:
        return None
    return Objection("unknown-agency", f"the directory has no agency {named}; take its code from the directory")


def _to_claim(state: State, report: Report, rules: Rules) -> Objection | None:
    claim, agency = report.claim, report.agency
    if isinstance(claim, claims.ExplainsDelay):
        return _to_explanation(state, report, claim, rules)
    if state.ended_at is not None:
        return Objection("dossier-finished", f"the dossier was finished at {state.ended_at.isoformat()}")
    match claim:
        case claims.GivesOpinion():
            return _to_opinion(state, agency, claim)
        case claims.Resumes():
            return _to_resumption(state, report)
        case claims.TookCustody():
            return _to_step(state, report, claim, rules)
    if state.paused is not None:
        text = f"the dossier waits ({state.paused.cause}); report again when it has resumed"
        return Objection("suspended", text, early=True)
    match claim:
        case claims.HasResult():
            return _to_result(state, agency)
        case claims.Recalls():
            return _to_recall(state, agency, claim)
        case _:
            return _to_step(state, report, claim, rules)


def _to_explanation(state: State, report: Report, claim: claims.ExplainsDelay, rules: Rules) -> Objection | None:
    if report.agency not in {leg.agency for leg in state.legs} | {asked.agency for asked in state.asked}:
        text = f"{report.agency} never held this dossier, nor was it asked for its opinion"
        return Objection("not-the-holder", text, early=True)
    if claim.step not in ({planned.id for planned in state.plan} or {FREE_STEP}):
        return _unknown_step(state, claim.step)
    if state.latest(claim.step) is None:
        text = f"step {claim.step} has not begun: there is no delay to explain yet"
        return Objection("step-not-open", text, early=True)
    if claim.target <= report.told_at:
        text = f"target {claim.target.isoformat()} has passed: give the date by which it will be done"
        return Objection("target-in-the-past", text)
    if report.heard is not None and rules.is_too_far(state.received_at or report.heard, report, claim.target):
        return Objection(
            "target-too-far", f"target {claim.target.isoformat()} is no date to wait for: give an earlier one"
        )
    return None


def _to_opinion(state: State, agency: str, claim: claims.GivesOpinion) -> Objection | None:
    if state.owes(agency, claim) is not None:
        return None
    owed = [f"{asked.id} of {asked.agency} for step {asked.step}" for asked in state.owed]
    text = f"{agency} owes no such opinion; owed now: {', '.join(owed) or 'none'}"
    return Objection("not-asked", text[:1000], early=True)


def _to_resumption(state: State, report: Report) -> Objection | None:
    paused, agency = state.paused, report.agency
    if paused is None or paused.cause != "force-majeure":
        waits = f"the dossier waits for the citizen ({paused.cause})" if paused else "the dossier is not suspended"
        return Objection("not-suspended", f"{waits}; there is nothing to resume", early=paused is None)
    if report.heard is not None and report.claimed_at < paused.since - ASTRAY:
        return Objection("not-suspended", f"it was suspended at {paused.since.isoformat()}, after this report")
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


def _to_step(state: State, report: Report, claim: claims.Claim, rules: Rules) -> Objection | None:
    step, agency = getattr(claim, "step", ""), report.agency
    leg = state.latest(step) if state.plan else state.holders[0]
    if leg is None and all(planned.id != step for planned in state.plan):
        return _unknown_step(state, step)
    if leg is None or not leg.open:
        again = leg is None or leg.done_at is None or report.claimed_at > leg.done_at
        return Objection("step-not-open", f"step {step} is not open; open now: {_names(state)}", early=again)
    if leg.agency != agency and not (isinstance(claim, claims.Suspends) and agency == state.unit):
        text = f"{leg.agency} holds the dossier for step {step}, not {agency}"
        return Objection("not-the-holder", text, early=True)
    if report.heard is not None and _is_of_before(state, report, leg):
        text = f"attempt {leg.attempt} at step {step} began at {leg.since.isoformat()}, after this report"
        return Objection("step-not-open", text)
    match claim:
        case claims.SentBack():
            return _to_return(state, claim)
        case claims.AsksOpinion():
            return _to_limit(state, report, claim.limit, rules)
        case _:
            return None


def _is_of_before(state: State, report: Report, leg: Leg) -> bool:
    """Tell whether the report can only be of an earlier attempt by the same agency, as this one began after it."""
    if report.claimed_at >= leg.since - ASTRAY:
        return False
    return any(other.step == leg.step and other.agency == leg.agency and other is not leg for other in state.legs)


def _to_return(state: State, claim: claims.SentBack) -> Objection | None:
    if not state.plan:
        return Objection("route-fixed", "a free route has no earlier step: forward the dossier instead")
    if claim.to_step not in state.settled & state.before(claim.step):
        return Objection("unknown-step", f"step {claim.to_step} is not a finished step before {claim.step}")
    return None


def _to_limit(state: State, report: Report, limit: str, rules: Rules) -> Objection | None:
    try:
        wanted = Limit.parse(limit)
    except LimitError as error:
        return Objection("bad-limit", str(error))
    if report.heard is not None and rules.is_too_long(state.received_at or report.heard, report, wanted):
        return Objection("bad-limit", f"{wanted} is more than an opinion may take: give a shorter limit")
    return None


def _unknown_step(state: State, step: str) -> Objection:
    steps = ", ".join(planned.id for planned in state.plan) or FREE_STEP
    return Objection("unknown-step", f"the route has no step {step}; its steps: {steps}"[:1000])


def _names(state: State) -> str:
    return ", ".join(f"{leg.step} with {leg.agency}" for leg in state.holders) or "nothing"
