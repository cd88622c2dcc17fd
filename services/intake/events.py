"""The events that intake publishes, and the one place where they are made."""

from dataclasses import dataclass
from datetime import datetime

from contracts import claims, intake
from contracts.envelope import AnyEvent, Payload, event_id, new_event
from contracts.refused import Refused
from services.intake.state import State

SOURCE = "/lienthong/intake"

PORTAL_SOURCE = "/portal/http"
"""The source of what citizens do over intake's own HTTP API, which is one portal among others."""

OWNED: tuple[type[Payload], ...] = (
    intake.DossierReceived,
    intake.DossierSupplementRequested,
    intake.DossierSupplemented,
    intake.DossierPaid,
    intake.DossierRefused,
    intake.DossierWithdrawn,
    intake.DossierDelivered,
    intake.ApplicantErased,
    intake.SubmissionRejected,
)
"""The events that intake decides. A `submission.rejected` about a record that is no submission is a fact of none."""


ABOUT_RECORDS = ("malformed", "bad-signature")
"""Codes of a `submission.rejected` that speaks of a record, and of no submission."""


@dataclass(frozen=True)
class Cause:
    """The cause of an event.

    Attributes:
        at: the moment since which the event is true.
        event: id of the event that made it necessary.
    """

    at: datetime
    event: str


def received(state: State, code: str, receipt: intake.DossierReceived, cause: Cause) -> AnyEvent:
    """The dossier is accepted under this code (form 01)."""
    return _event(state, receipt, code, cause=cause)


def supplement_requested(
    state: State,
    application: claims.Application,
    missing: tuple[str, ...],
    reason: str,
    *,
    wait: str = "",
    cause: Cause,
) -> AnyEvent:
    """The citizen has to bring something (form 02).

    Args:
        state: the submission.
        application: what it asks for.
        missing: the checklist items to bring.
        reason: why they are needed.
        wait: id of the `dossier.suspended` by which an agency asked; empty where intake itself found items missing.
        cause: what the request follows from.
    """
    data = intake.DossierSupplementRequested(
        submission_id=state.submission,
        missing=missing,
        reason=reason,
        procedure=application.procedure,
        receiving_unit=application.receiving_unit,
        applicant_ref=application.applicant_ref,
        language=application.language,
    )
    if wait:
        return _event(state, data, state.code, wait, cause=cause)
    return _event(state, data, state.submission, *missing, cause=cause)


def supplemented(state: State, components: tuple[str, ...], wait: str, cause: Cause) -> AnyEvent:
    """The citizen brought all that an agency waited for."""
    return _event(state, intake.DossierSupplemented(components=components), state.code, wait, cause=cause)


def paid(state: State, amount: int, wait: str, cause: Cause) -> AnyEvent:
    """The citizen paid all that an agency waited for; the amount is in đồng."""
    return _event(state, intake.DossierPaid(amount=amount), state.code, wait, cause=cause)


def refused(state: State, application: claims.Application, code: str, reason: str, cause: Cause) -> AnyEvent:
    """The submission can not be accepted (form 03)."""
    return _event(state, _refusal(state, application, code, reason), state.submission, cause=cause)


def id_refused(state: State, application: claims.Application, reason: str, cause: Cause) -> AnyEvent:
    """The submission's id has the form of a dossier code, so the answer has a subject of its own.

    An event about a code moves the dossier of that code, and this one may be somebody else's.
    """
    subject = _apart(state)
    data = _refusal(state, application, "unknown-procedure", reason)
    return _event(state, data, subject, state.submission, cause=cause)


def withdrawn(state: State, cause: Cause) -> AnyEvent:
    """The citizen took the dossier back (rút hồ sơ)."""
    return _event(state, intake.DossierWithdrawn(), state.code, cause=cause)


def submission_withdrawn(state: State, application: claims.Application, cause: Cause) -> AnyEvent:
    """The citizen took back what was not accepted yet; no other event tells who is to be told of it."""
    data = intake.DossierWithdrawn(
        procedure=application.procedure,
        receiving_unit=application.receiving_unit,
        applicant_ref=application.applicant_ref,
        language=application.language,
    )
    return _event(state, data, state.submission, cause=cause)


def delivered(state: State, channel: claims.Channel, cause: Cause) -> AnyEvent:
    """The citizen has the result (trả kết quả)."""
    return _event(state, intake.DossierDelivered(channel=channel), state.code, cause=cause)


def erased(state: State, data: intake.ApplicantErased, cause: Cause) -> tuple[AnyEvent, ...]:
    """The applicant's personal data is gone: told of the dossier, and of the submission where that was told of before.

    Readers know a matter by its submission until it has its code, and by its code from then on. A submission that took
    a dossier's code for its id is told of apart: else that dossier's applicant would seem to be erased.
    """
    subjects = [*([state.code] if state.code else []), *([state.submission] if state.told_of_submission else [])]
    named = dict.fromkeys(subjects or [_apart(state)])  # imported history has its submission's id as its code
    return tuple(_event(state, data, subject, data.reference, cause=cause) for subject in named)


def rejected_for(state: State, code: str, reason: str, cause: Cause) -> AnyEvent:
    """The submission says what no submission may say: the portal that sent it has to mend it, and send another one."""
    data = intake.SubmissionRejected.model_validate(
        {"record_id": state.applied_by, "sender": state.applied_from, "code": code, "reason": reason}
    )
    return _event(state, data, state.submission, state.applied_by, cause=cause)


def rejected(refused: Refused) -> AnyEvent | None:
    """The answer to a record that is no submission; None for records of other topics, which portals do not send."""
    if refused.topic != claims.IntakeSubmitted.TYPE:
        return None
    told = {"record_id": refused.id, "sender": refused.source, "code": refused.code, "reason": refused.reason}
    data = intake.SubmissionRejected.model_validate({**told, "record": refused.record or None})
    return refused.answered(data, SOURCE)


def claimed(submission: str, claim: claims.Claim, *unique: str, at: datetime) -> AnyEvent:
    """A citizen's claim as the HTTP API publishes it; with the same words in `unique` it is the same claim."""
    data = claims.IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
    return new_event(data, source=PORTAL_SOURCE, subject=submission, time=at, correlationid=submission, unique=unique)


def _apart(state: State) -> str:
    """The subject of what is told of a submission whose id is not its own."""
    return event_id(intake.DossierRefused.TYPE, state.submission, "not its own")


def _refusal(state: State, application: claims.Application, code: str, reason: str) -> intake.DossierRefused:
    return intake.DossierRefused.model_validate(
        {
            "submission_id": state.submission,
            "code": code,
            "reason": reason,
            "procedure": application.procedure,
            "receiving_unit": application.receiving_unit,
            "applicant_ref": application.applicant_ref,
            "language": application.language,
        }
    )


def _event(state: State, data: Payload, subject: str, *unique: object, cause: Cause) -> AnyEvent:
    return new_event(
        data,
        source=SOURCE,
        subject=subject,
        time=cause.at,
        correlationid=state.submission,
        unique=(state.submission, *unique),
        causationid=cause.event,
        timeline=state.timeline,
    )
