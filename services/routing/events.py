"""The events that routing publishes, and the one place where they are made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts import claims, routing
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.refused import Refused
from services.routing.records import Asked, Leg, Report, Stopped
from services.routing.state import State

SOURCE = "/lienthong/routing"

OWNED: tuple[type[Payload], ...] = (
    routing.DossierTransferred,
    routing.DossierAcknowledged,
    routing.DossierStepCompleted,
    routing.DossierSuspended,
    routing.DossierResumed,
    routing.DossierCompleted,
    routing.ConsultationRequested,
    routing.ConsultationAnswered,
    routing.DelayExplained,
    routing.ReportRejected,
)


@dataclass(frozen=True)
class Cause:
    """The cause of a dossier's move.

    Attributes:
        event: id of the event that says so.
        at: the moment since which it counts.
        claimed_at: the earlier moment that a report claims, where that does not count.
        signed_by: the key that signed the report; empty where none did, or no report caused it.
    """

    event: str
    at: datetime
    claimed_at: datetime | None = None
    signed_by: str = ""

    @property
    def told(self) -> dict[str, Any]:
        """The fields by which an answer says who signed the report, and that it counts from later than that claims."""
        late = {} if self.claimed_at is None else {"backdated": True, "claimed_at": self.claimed_at}
        return {**late, "signed_by": self.signed_by} if self.signed_by else late


def transferred(state: State, handed: dict[str, Any], deadline: datetime | None, cause: Cause) -> AnyEvent:
    """The dossier is handed over for a step; `handed` are the fields of the payload but for its deadline."""
    data = routing.DossierTransferred.model_validate({**handed, "deadline": deadline})
    return _event(state, data, data.step, data.attempt, time=cause.at, cause=cause.event)


def acknowledged(state: State, report: Report, leg: Leg, cause: Cause) -> AnyEvent:
    """The agency holds the dossier."""
    return _answer(state, report, routing.DossierAcknowledged(step=leg.step, **_work(report, leg, cause)), cause)


def step_completed(
    state: State, report: Report, leg: Leg, cause: Cause, *, step: str, order: int = 0, next_agency: str | None = None
) -> AnyEvent:
    """A step is done.

    Args:
        state: the dossier.
        report: the report that says so.
        leg: the attempt that ends.
        cause: since when it counts.
        step: as the report names it.
        order: its place among the finished steps of a fixed route, from 1; 0 on a free route.
        next_agency: the agency that does what follows on a fixed route, where that is not the planned one.
    """
    work = _work(report, leg, cause)
    data = routing.DossierStepCompleted(step=step, order=order, next_agency=next_agency, **work)
    return _answer(state, report, data, cause)


def suspended(
    state: State,
    report: Report,
    claim: claims.NeedsSupplement | claims.NeedsPayment | claims.Suspends,
    cause: Cause,
) -> AnyEvent:
    """The clock stands (dừng tính thời hạn)."""
    fields: dict[str, Any] = {"step": claim.step, "agency": report.agency, **cause.told}
    match claim:
        case claims.NeedsSupplement(missing=missing, reason=reason):
            data = routing.DossierSuspended(cause="supplement", missing=missing, reason=reason, **fields)
        case claims.NeedsPayment(amount=amount):
            data = routing.DossierSuspended(cause="payment", amount=amount, **fields)
        case claims.Suspends(cause=why, reason=reason):
            data = routing.DossierSuspended(cause=why, reason=reason, **fields)
    return _answer(state, report, data, cause)


def resumed(state: State, stopped: Stopped, cause: Cause) -> AnyEvent:
    """The clock that had been stopped runs again."""
    data = routing.DossierResumed(cause=stopped.cause, suspended_by=stopped.report, **cause.told)
    return _event(state, data, stopped.report, time=cause.at, cause=cause.event)


def completed(state: State, report: Report, outcome: str, at: datetime, cause: Cause) -> AnyEvent:
    """The result was signed at this moment (đã giải quyết)."""
    data = routing.DossierCompleted.model_validate(
        {"outcome": outcome, "agency": report.agency, "officer": report.officer, **cause.told}
    )
    return _event(state, data, report.id, time=at, cause=report.id)


def opinion_requested(state: State, report: Report, claim: claims.AsksOpinion, leg: Leg, cause: Cause) -> AnyEvent:
    """One agency asks another for its opinion (lấy ý kiến); the report that asks names the consultation."""
    data = routing.ConsultationRequested(
        consultation=report.id,
        step=leg.step,
        attempt=leg.attempt,
        agency=claim.of_agency,
        asked_by=report.agency,
        limit=claim.limit,
        question=claim.question,
        **cause.told,
    )
    return _answer(state, report, data, cause)


def opinion_given(state: State, report: Report, claim: claims.GivesOpinion, asked: Asked, cause: Cause) -> AnyEvent:
    """The opinion that was asked for is given."""
    data = routing.ConsultationAnswered(
        consultation=asked.id,
        step=asked.step,
        attempt=asked.attempt,
        agency=report.agency,
        asked_by=asked.asked_by,
        officer=report.officer,
        opinion=claim.opinion,
        **cause.told,
    )
    return _answer(state, report, data, cause)


def delay_explained(state: State, report: Report, claim: claims.ExplainsDelay, cause: Cause) -> AnyEvent:
    """An agency's explanation of a late step is accepted (giải trình)."""
    data = routing.DelayExplained(
        step=claim.step,
        agency=report.agency,
        cause=claim.cause,
        owner=claim.owner,
        plan=claim.plan,
        target=claim.target,
        **cause.told,
    )
    return _answer(state, report, data, cause)


def report_rejected(state: State, report: Report, code: routing.RejectionCode, reason: str) -> AnyEvent:
    """The answer to a report that can not be true."""
    data = routing.ReportRejected(
        report_id=report.id, agency=report.agency, code=code, reason=reason, signed_by=report.signed_by or None
    )
    return _event(state, data, report.agency, report.id, time=report.told_at, cause=report.id)


def record_rejected(refused: Refused) -> AnyEvent | None:
    """The answer to a record that is no report; None where the record names no agency.

    It is about the record, so no dossier's history has it. Its id can not be that of an answer to a report: it follows
    from more parts, and no part holds what separates them.
    """
    if refused.topic != claims.AgencyReported.TYPE or not refused.agency:
        return None
    told = {"report_id": refused.id, "agency": refused.agency, "code": refused.code, "reason": refused.reason}
    data = routing.ReportRejected.model_validate({**told, "record": refused.record or None})
    return refused.answered(data, SOURCE)


def _work(report: Report, leg: Leg, cause: Cause) -> dict[str, Any]:
    """The fields that tell of work on a step: which attempt, by whom, since when it counts."""
    return {"attempt": leg.attempt, "agency": report.agency, "officer": report.officer, **cause.told}


def _answer(state: State, report: Report, data: Payload, cause: Cause) -> AnyEvent:
    return _event(state, data, report.agency, report.id, time=cause.at, cause=report.id)


def _event(state: State, data: Payload, *unique: object, time: datetime, cause: str) -> AnyEvent:
    """The event about this dossier; `unique` tells it from others of its kind."""
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
