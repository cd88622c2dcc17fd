"""What has to be said about where a dossier is. Only what is not on record yet is made."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contracts import claims, routing
from contracts.decision import Decision, Timer
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.worktime import Limit, due_at
from services.routing import said
from services.routing.dossier import FREE_STEP, Answer, Leg, State
from services.routing.rules import Rules

SOURCE = "/lienthong/routing"


def decide(state: State, now: datetime, rules: Rules) -> Decision:
    """Every event that follows from where the dossier is and has been."""
    known = frozenset(state.said)
    if not state.birth:
        return _impatience(state, known, now, rules)
    return Decision((*_moves(state, known, rules), *_waits(state, known), *_answers(state, known), *_end(state, known)))


def _impatience(state: State, known: frozenset[str], now: datetime, rules: Rules) -> Decision:
    """Answer reports on a dossier that nobody knows, once they have waited long enough.

    How long is told by the report's own time. So when a service has been down, a report may be answered before its
    dossier is read; once it is, the report is accepted after all, and that answer counts.
    """
    waiting = [one for one in state.waiting if said.of_answer("rejected", one.agency, one.report) not in known]
    ripe = [answer for answer in waiting if answer.at + rules.patience <= now]
    open_ones = [answer.at for answer in waiting if answer.at + rules.patience > now]
    timer = Timer(min(open_ones) + rules.patience, state.timeline) if open_ones else None
    return Decision(tuple(_unknown(state, answer) for answer in ripe), timer)


def _unknown(state: State, answer: Answer) -> AnyEvent:
    reason = f"no dossier {state.dossier} was received; check the code on the receipt"
    data = routing.ReportRejected(report_id=answer.report, agency=answer.agency, code="unknown-dossier", reason=reason)
    return _say(state, data, answer.agency, answer.report, time=answer.at, cause=answer.report)


def _say(state: State, data: Payload, *unique: object, time: datetime, cause: str) -> AnyEvent:
    return new_event(
        data,
        source=SOURCE,
        subject=state.dossier,
        time=time,
        correlationid=state.correlation,
        unique=unique,
        causationid=cause,
        timeline=state.timeline,
    )


def _moves(state: State, known: frozenset[str], rules: Rules) -> Iterator[AnyEvent]:
    for leg in state.legs:
        begun_here = leg.step == FREE_STEP and leg.attempt == 1  # a free route hands nothing over to begin with
        if not begun_here and said.of_leg(leg.step, leg.attempt) not in known:
            yield _transferred(state, leg, rules)


def _transferred(state: State, leg: Leg, rules: Rules) -> AnyEvent:
    since = leg.clock_since if leg.limit else None
    data = routing.DossierTransferred(
        step=leg.step,
        attempt=leg.attempt,
        from_agency=leg.from_agency,
        to_agency=leg.agency,
        movement=leg.movement,
        from_step=leg.from_step,
        from_attempt=leg.from_attempt,
        also_ended=tuple(routing.StepAttempt(step=step, attempt=attempt) for step, attempt in leg.also_ended),
        limit=leg.limit,
        clock_since=since,
        deadline=due_at(rules.calendar, since or leg.since, Limit.parse(leg.limit)) if leg.limit else None,
        **_lateness(leg.claimed_at),
    )
    return _say(state, data, leg.step, leg.attempt, time=leg.since, cause=leg.cause)


def _lateness(claimed_at: datetime | None) -> dict[str, Any]:
    """How an answer says that it counts from later than the report claims."""
    return {} if claimed_at is None else {"backdated": True, "claimed_at": claimed_at}


def _waits(state: State, known: frozenset[str]) -> Iterator[AnyEvent]:
    for pause in state.pauses:
        if pause.until is not None and said.of_resumption(pause.report) not in known:
            data = routing.DossierResumed(cause=pause.cause, suspended_by=pause.report, **_lateness(pause.claimed_at))
            yield _say(state, data, pause.report, time=pause.until, cause=pause.ended_by)


def _answers(state: State, known: frozenset[str]) -> Iterator[AnyEvent]:
    for answer in state.answers:
        if said.of_answer(answer.kind, answer.agency, answer.report) not in known:
            data = _data_of(state, answer)
            if data is not None:
                yield _say(state, data, answer.agency, answer.report, time=answer.at, cause=answer.report)


def _data_of(state: State, answer: Answer) -> Payload | None:
    """The payload that answers a report; None where the move itself is the answer (a hand-over, going on, the end)."""
    match answer.kind:
        case "rejected":
            return _rejection(answer)
        case "acknowledged":
            return routing.DossierAcknowledged(**_work(answer))
        case "step-completed":
            return routing.DossierStepCompleted(**_work(answer))
        case "suspended":
            return _suspension(answer)
        case "opinion-asked":
            return _question(answer)
        case "opinion-given":
            return _opinion(state, answer)
        case "explained":
            return _explanation(answer)
        case _:
            return None


def _rejection(answer: Answer) -> routing.ReportRejected:
    return routing.ReportRejected.model_validate(
        {"report_id": answer.report, "agency": answer.agency, "code": answer.code, "reason": answer.reason}
    )


def _work(answer: Answer) -> dict[str, Any]:
    """What is said of work on a step: which attempt, whose, since when it counts."""
    of_step = {"step": answer.step, "attempt": answer.attempt, "agency": answer.agency, "officer": answer.officer}
    return of_step | _lateness(answer.claimed_at)


def _suspension(answer: Answer) -> Payload | None:
    said_of_it = {"step": answer.step, "agency": answer.agency, **_lateness(answer.claimed_at)}
    match answer.claim:
        case claims.NeedsSupplement(missing=missing, reason=reason):
            return routing.DossierSuspended(cause="supplement", missing=missing, reason=reason, **said_of_it)
        case claims.NeedsPayment(amount=amount):
            return routing.DossierSuspended(cause="payment", amount=amount, **said_of_it)
        case claims.Suspends(cause=cause, reason=reason):
            return routing.DossierSuspended(cause=cause, reason=reason, **said_of_it)
        case _:
            return None


def _question(answer: Answer) -> Payload | None:
    claim = answer.claim
    if not isinstance(claim, claims.AsksOpinion):
        return None
    return routing.ConsultationRequested(
        consultation=answer.report,
        step=answer.step,
        attempt=answer.attempt,
        agency=claim.of_agency,
        asked_by=answer.agency,
        limit=claim.limit,
        question=claim.question,
        **_lateness(answer.claimed_at),
    )


def _opinion(state: State, answer: Answer) -> Payload | None:
    claim = answer.claim
    asked = next(one for one in state.consultations if (one.agency, one.answered_by) == (answer.agency, answer.report))
    if not isinstance(claim, claims.GivesOpinion):
        return None
    return routing.ConsultationAnswered(
        consultation=asked.id,
        step=asked.step,
        attempt=asked.attempt,
        agency=answer.agency,
        asked_by=asked.asked_by,
        officer=answer.officer,
        opinion=claim.opinion,
        **_lateness(answer.claimed_at),
    )


def _explanation(answer: Answer) -> Payload | None:
    claim = answer.claim
    if not isinstance(claim, claims.ExplainsDelay):
        return None
    return routing.DelayExplained(
        step=claim.step,
        agency=answer.agency,
        cause=claim.cause,
        owner=claim.owner,
        plan=claim.plan,
        target=claim.target,
        **_lateness(answer.claimed_at),
    )


def _end(state: State, known: frozenset[str]) -> Iterator[AnyEvent]:
    if state.outcome in ("granted", "denied") and state.ended_at and said.of_end(state.ended_by) not in known:
        by = next(one for one in reversed(state.answers) if one.report == state.ended_by)
        signed = {"outcome": state.outcome, "agency": by.agency, "officer": by.officer}
        data = routing.DossierCompleted.model_validate(signed | _lateness(by.claimed_at))
        yield _say(state, data, state.ended_by, time=state.ended_at, cause=state.ended_by)
