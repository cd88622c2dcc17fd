"""What an agency's report comes to: accepted, with what it moves, or impossible, with the reason. Once, for good."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, assert_never

from contracts import claims, routing
from contracts.envelope import AnyEvent, Payload
from services.routing import moves
from services.routing.dossier import Leg, Report, State
from services.routing.events import Cause, say
from services.routing.objections import Objection, overtaken
from services.routing.rules import Rules
from services.routing.state import evolve

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
        yield rejection(state, report, found.code, found.reason)
    elif (leg := overtaken(state, report, rules)) is not None:
        yield _custody(state, report, leg, _caused(state, report, [leg.since], rules))
    else:
        yield from _accepted(state, report, _cause(state, report, rules), rules)


def rejection(state: State, report: Report, code: routing.RejectionCode, reason: str) -> AnyEvent:
    """The answer to what can not be true."""
    data = routing.ReportRejected(report_id=report.id, agency=report.agency, code=code, reason=reason)
    return say(state, data, report.agency, report.id, time=report.told_at, cause=report.id)


def _cause(state: State, report: Report, rules: Rules) -> Cause:
    """Since when a report counts: from when it happened, unless it was told too late, or can not have happened yet."""
    return _caused(state, report, _since(state, report), rules)


def _caused(state: State, report: Report, since: list[datetime], rules: Rules) -> Cause:
    claimed = report.claimed_at
    at = max([rules.counts_from(state.received_at or claimed, report), *since])
    return Cause(report.id, at, claimed if claimed < at else None)


def _since(state: State, report: Report) -> list[datetime]:
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
            yield _answer(state, report, _opinion(state, report, claim, cause), cause)
        case claims.Resumes():
            yield resumption(state, cause)
        case claims.Recalls():
            yield moves.recall(state, state.recalled_to(claim), cause, rules)
        case claims.HasResult():
            yield _completion(state, report, claim.outcome, cause)
        case claims.ExplainsDelay():
            yield _answer(state, report, _explanation(report, claim, cause), cause)
        case _:
            yield from _accepted_of_step(state, report, claim, cause, rules)


def _accepted_of_step(state: State, report: Report, claim: StepClaim, cause: Cause, rules: Rules) -> Iterator[AnyEvent]:
    leg = _leg_of(state, claim)
    match claim:
        case claims.TookCustody():
            yield _custody(state, report, leg, cause)
        case claims.FinishedStep():
            yield from _finished(state, report, claim, cause, rules)
        case claims.SentBack():
            yield moves.send_back(state, leg, claim.to_step, cause, rules)
        case claims.Forwards():
            yield moves.forward(state, leg, claim.to_agency, cause, rules)
        case claims.AsksOpinion():
            yield _answer(state, report, _question(report, claim, leg, cause), cause)
        case claims.NeedsSupplement() | claims.NeedsPayment() | claims.Suspends():
            yield _answer(state, report, _suspension(report, claim, cause), cause)
        case _:
            assert_never(claim)


def _leg_of(state: State, claim: StepClaim) -> Leg:
    """The open attempt that a claim speaks of; a free route has but one."""
    return (state.latest(claim.step) if state.plan else None) or state.legs[-1]


def _finished(
    state: State, report: Report, claim: claims.FinishedStep, cause: Cause, rules: Rules
) -> Iterator[AnyEvent]:
    """On a free route the dossier goes to who is named, if any; on a fixed one what follows begins, or all is done."""
    leg = _leg_of(state, claim)
    work = _work(report, leg, cause)
    if not state.plan:
        yield _answer(state, report, routing.DossierStepCompleted(step=claim.step, **work), cause)
        if claim.next_agency:
            yield moves.forward(state, leg, claim.next_agency, cause, rules)
        return
    order = 1 + max((one.order for one in state.ended), default=0)
    data = routing.DossierStepCompleted(step=claim.step, order=order, next_agency=claim.next_agency, **work)
    done = _answer(state, report, data, cause)
    yield done
    after = evolve(state, done)
    yield from moves.onward(after, leg.agency, cause, rules)
    if after.settled.issuperset(step.id for step in after.plan):
        yield _completion(after, report, "granted", cause)


def _completion(state: State, report: Report, outcome: str, cause: Cause) -> AnyEvent:
    """The result is signed: not before anything else that is known of the dossier."""
    at = max([cause.at, *(leg.done_at or leg.since for leg in state.legs)])
    data = routing.DossierCompleted.model_validate(
        {"outcome": outcome, "agency": report.agency, "officer": report.officer, **cause.lateness}
    )
    return say(state, data, report.id, time=at, cause=report.id)


def resumption(state: State, cause: Cause) -> AnyEvent:
    """What had stopped goes on."""
    stopped = state.paused
    assert stopped is not None  # noqa: S101 - asked before
    data = routing.DossierResumed(cause=stopped.cause, suspended_by=stopped.report, **cause.lateness)
    return say(state, data, stopped.report, time=cause.at, cause=cause.event)


def _custody(state: State, report: Report, leg: Leg, cause: Cause) -> AnyEvent:
    return _answer(state, report, routing.DossierAcknowledged(step=leg.step, **_work(report, leg, cause)), cause)


def _answer(state: State, report: Report, data: Payload, cause: Cause) -> AnyEvent:
    return say(state, data, report.agency, report.id, time=cause.at, cause=report.id)


def _work(report: Report, leg: Leg, cause: Cause) -> dict[str, Any]:
    """What is said of work on a step: which attempt, whose, since when it counts."""
    return {"attempt": leg.attempt, "agency": report.agency, "officer": report.officer, **cause.lateness}


def _suspension(
    report: Report, claim: claims.NeedsSupplement | claims.NeedsPayment | claims.Suspends, cause: Cause
) -> routing.DossierSuspended:
    of_it: dict[str, Any] = {"step": claim.step, "agency": report.agency, **cause.lateness}
    match claim:
        case claims.NeedsSupplement(missing=missing, reason=reason):
            return routing.DossierSuspended(cause="supplement", missing=missing, reason=reason, **of_it)
        case claims.NeedsPayment(amount=amount):
            return routing.DossierSuspended(cause="payment", amount=amount, **of_it)
        case claims.Suspends(cause=why, reason=reason):
            return routing.DossierSuspended(cause=why, reason=reason, **of_it)


def _question(report: Report, claim: claims.AsksOpinion, leg: Leg, cause: Cause) -> routing.ConsultationRequested:
    return routing.ConsultationRequested(
        consultation=report.id,
        step=leg.step,
        attempt=leg.attempt,
        agency=claim.of_agency,
        asked_by=report.agency,
        limit=claim.limit,
        question=claim.question,
        **cause.lateness,
    )


def _opinion(state: State, report: Report, claim: claims.GivesOpinion, cause: Cause) -> routing.ConsultationAnswered:
    asked = state.owes(report.agency, claim)
    assert asked is not None  # noqa: S101 - asked before
    return routing.ConsultationAnswered(
        consultation=asked.id,
        step=asked.step,
        attempt=asked.attempt,
        agency=report.agency,
        asked_by=asked.asked_by,
        officer=report.officer,
        opinion=claim.opinion,
        **cause.lateness,
    )


def _explanation(report: Report, claim: claims.ExplainsDelay, cause: Cause) -> routing.DelayExplained:
    return routing.DelayExplained(
        step=claim.step,
        agency=report.agency,
        cause=claim.cause,
        owner=claim.owner,
        plan=claim.plan,
        target=claim.target,
        **cause.lateness,
    )
