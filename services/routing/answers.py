"""The answer to an agency's report, and the moves that follow from it. Each report is answered once."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from contracts import claims
from contracts.envelope import AnyEvent
from services.routing import events, moves
from services.routing.events import Cause
from services.routing.fold import evolve
from services.routing.objections import Objection, overtaken
from services.routing.records import Leg, Report
from services.routing.rules import Rules
from services.routing.state import State

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


def answers(state: State, report: Report, found: Objection | None, rules: Rules) -> Iterator[AnyEvent]:
    """The answer to a report on a dossier that is known, and what follows from it."""
    if found is not None:
        yield events.report_rejected(state, report, found.code, found.reason)
    elif (leg := overtaken(state, report, rules)) is not None:
        yield events.acknowledged(state, report, leg, _cause(state, report, [leg.since], rules))
    else:
        cause = _cause(state, report, _not_before(state, report), rules)
        yield from _accepted(state, report, cause, rules)


def resumption(state: State, cause: Cause) -> AnyEvent:
    """The clock that stands runs again; it has to stand."""
    stopped = state.paused
    assert stopped is not None  # noqa: S101 - asked before
    return events.resumed(state, stopped, cause)


def _cause(state: State, report: Report, not_before: list[datetime], rules: Rules) -> Cause:
    """The report as a cause. It counts from when it happened, unless it came too late or can not have happened yet."""
    claimed = report.claimed_at
    at = max([rules.counts_from(state.received_at or claimed, report), *not_before])
    return Cause(report.id, at, claimed if claimed < at else None, report.signed_by)


def _not_before(state: State, report: Report) -> list[datetime]:
    """The moments before which this can not have happened."""
    claim = report.claim
    match claim:
        case claims.GivesOpinion():
            owed = state.owes(report.agency, claim)
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


def _accepted(state: State, report: Report, cause: Cause, rules: Rules) -> Iterator[AnyEvent]:
    claim = report.claim
    match claim:
        case claims.GivesOpinion():
            asked = state.owes(report.agency, claim)
            assert asked is not None  # noqa: S101 - asked before
            yield events.opinion_given(state, report, claim, asked, cause)
        case claims.Resumes():
            yield resumption(state, cause)
        case claims.Recalls():
            yield moves.recall(state, state.recalled_to(claim), cause, rules)
        case claims.HasResult():
            yield _completion(state, report, claim.outcome, cause)
        case claims.ExplainsDelay():
            yield events.delay_explained(state, report, claim, cause)
        case _:
            yield from _accepted_of_step(state, report, claim, cause, rules)


def _accepted_of_step(state: State, report: Report, claim: StepClaim, cause: Cause, rules: Rules) -> Iterator[AnyEvent]:
    leg = _leg_of(state, claim)
    match claim:
        case claims.TookCustody():
            yield events.acknowledged(state, report, leg, cause)
        case claims.FinishedStep():
            yield from _finished(state, report, claim, cause, rules)
        case claims.SentBack():
            yield moves.send_back(state, leg, claim.to_step, cause, rules)
        case claims.Forwards():
            yield moves.forward(state, leg, claim.to_agency, cause, rules)
        case claims.AsksOpinion():
            yield events.opinion_requested(state, report, claim, leg, cause)
        case claims.NeedsSupplement() | claims.NeedsPayment() | claims.Suspends():
            yield events.suspended(state, report, claim, cause)
        case _:
            assert_never(claim)


def _leg_of(state: State, claim: StepClaim) -> Leg:
    """The open attempt that a claim speaks of; a free route has only one."""
    return (state.latest(claim.step) if state.plan else None) or state.legs[-1]


def _finished(
    state: State, report: Report, claim: claims.FinishedStep, cause: Cause, rules: Rules
) -> Iterator[AnyEvent]:
    """A step is done. On a fixed route what follows begins, or all is done.

    On a free route the dossier goes to the agency that the report names, if it names one.
    """
    leg = _leg_of(state, claim)
    if not state.plan:
        yield events.step_completed(state, report, leg, cause, step=claim.step)
        if claim.next_agency:
            yield moves.forward(state, leg, claim.next_agency, cause, rules)
        return
    order = 1 + max((ended.order for ended in state.ended), default=0)
    done = events.step_completed(state, report, leg, cause, step=claim.step, order=order, next_agency=claim.next_agency)
    yield done
    after = evolve(state, done)
    yield from moves.onward(after, leg.agency, cause, rules)
    if after.settled.issuperset(step.id for step in after.plan):
        yield _completion(after, report, "granted", cause)


def _completion(state: State, report: Report, outcome: str, cause: Cause) -> AnyEvent:
    """The result is signed: not before anything else that is known of the dossier."""
    at = max([cause.at, *(leg.done_at or leg.since for leg in state.legs)])
    return events.completed(state, report, outcome, at, cause)
