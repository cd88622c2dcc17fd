"""What has to be said about where a dossier is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts import routing
from contracts.decision import Decision, Timer
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.worktime import Calendar, Limit, due_at
from services.routing.dossier import FREE_STEP, Answer, Leg, Pause, State

SOURCE = "/lienthong/routing"


@dataclass(frozen=True)
class Rules:
    """Settings of routing.

    Attributes:
        calendar: working hours and days off, for step deadlines.
        patience: how long a report may come before its dossier; then it is answered with "unknown dossier". The two
            travel on different topics, so either may be first.
    """

    calendar: Calendar
    patience: timedelta = field(default=timedelta(minutes=2))


def decide(state: State, now: datetime, rules: Rules) -> Decision:
    """Every event that follows from where the dossier is and has been."""
    if not state.birth:
        return _impatience(state, now, rules)
    return Decision((*_moves(state, rules), *_waits(state), *_answers(state), *_end(state)))


def _impatience(state: State, now: datetime, rules: Rules) -> Decision:
    """Answer reports on a dossier that nobody knows, once they have waited long enough."""
    ripe = [answer for answer in state.waiting if answer.at + rules.patience <= now]
    open_ones = [a.at for a in state.waiting if a not in ripe]
    timer = Timer(min(open_ones) + rules.patience, state.timeline) if open_ones else None
    return Decision(tuple(_rejected(state, answer) for answer in ripe), timer)


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


def _moves(state: State, rules: Rules) -> Iterator[AnyEvent]:
    for leg in state.legs:
        if leg.step != FREE_STEP or leg.attempt > 1:  # a free route begins where it is: nothing is handed over
            yield _transferred(state, leg, rules)
        if leg.acknowledged_at is not None:
            taken = routing.DossierAcknowledged(
                step=leg.step, attempt=leg.attempt, agency=leg.agency, officer=leg.acknowledged_by
            )
            yield _say(state, taken, leg.step, leg.attempt, time=leg.acknowledged_at, cause=leg.acknowledged_cause)


def _transferred(state: State, leg: Leg, rules: Rules) -> AnyEvent:
    deadline = due_at(rules.calendar, leg.clock_since or leg.since, Limit.parse(leg.limit)) if leg.limit else None
    data = routing.DossierTransferred(
        step=leg.step,
        attempt=leg.attempt,
        from_agency=leg.from_agency,
        to_agency=leg.agency,
        movement=leg.movement,
        from_step=leg.from_step,
        from_attempt=leg.from_attempt,
        limit=leg.limit,
        clock_since=leg.clock_since if leg.limit else None,
        deadline=deadline,
    )
    return _say(state, data, leg.step, leg.attempt, time=leg.since, cause=leg.cause)


def _waits(state: State) -> Iterator[AnyEvent]:
    for pause in state.pauses:
        if pause.until is not None:
            data = routing.DossierResumed(cause=pause.cause)
            yield _say(state, data, pause.report, time=pause.until, cause=pause.ended_by)


def _answers(state: State) -> Iterator[AnyEvent]:
    for answer in state.answers:
        data = _data_of(state, answer)
        if data is not None:
            yield _say(state, data, answer.agency, answer.report, time=answer.at, cause=answer.report)


def _data_of(state: State, answer: Answer) -> Payload | None:
    """The payload that answers a report; None where the move itself is the answer (a hand-over, custody, the end)."""
    match answer.kind:
        case "rejected":
            return _rejection(answer)
        case "step-completed":
            return routing.DossierStepCompleted(
                step=answer.step, attempt=answer.attempt, agency=answer.agency, officer=answer.officer
            )
        case "suspended":
            return _suspension(answer, next(p for p in state.pauses if p.report == answer.report))
        case "explained" if answer.target is not None:
            return routing.DelayExplained(
                step=answer.step,
                agency=answer.agency,
                cause=answer.reason,
                owner=answer.owner,
                plan=answer.plan,
                target=answer.target,
            )
        case _:
            return None


def _suspension(answer: Answer, pause: Pause) -> routing.DossierSuspended:
    return routing.DossierSuspended(
        cause=pause.cause,
        step=answer.step,
        agency=answer.agency,
        missing=answer.missing,
        amount=answer.amount,
        reason=answer.reason,
    )


def _rejection(answer: Answer) -> routing.ReportRejected:
    return routing.ReportRejected.model_validate(
        {"report_id": answer.report, "agency": answer.agency, "code": answer.code, "reason": answer.reason}
    )


def _rejected(state: State, answer: Answer) -> AnyEvent:
    data = routing.ReportRejected(
        report_id=answer.report,
        agency=answer.agency,
        code="unknown-dossier",
        reason=f"no dossier {state.dossier} was received; check the code on the receipt",
    )
    time = answer.at
    return _say(state, data, answer.agency, answer.report, time=time, cause=answer.report)


def _end(state: State) -> Iterator[AnyEvent]:
    if state.ended_at is not None and state.outcome in ("granted", "denied"):
        data = routing.DossierCompleted.model_validate(
            {"outcome": state.outcome, "agency": state.completed_by, "officer": state.completed_officer}
        )
        yield _say(state, data, state.ended_by, time=state.ended_at, cause=state.ended_by)
