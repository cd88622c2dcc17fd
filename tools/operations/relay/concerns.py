"""Which agencies a record concerns. Pure, and the same in whatever order the records of a dossier are read."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from contracts import intake, notify, rating, routing, sla
from contracts.envelope import AnyEvent, Payload

SENDER = "/agency/"
"""How the source of what an agency says begins; its code follows."""


class Concern(NamedTuple):
    """Whom a record concerns.

    Attributes:
        subject: the dossier, submission or complaint that it speaks of; of an answer see `_answer`.
        draws: the agencies that it draws in. All records of the subject concern them, earlier and later ones.
    """

    subject: str
    draws: frozenset[str] = frozenset()


Named = Callable[[Any], Iterable[str | None]]
"""The agencies that a payload names."""


def _nobody(_data: Any) -> Iterable[str | None]:
    return ()


def _agency(data: Any) -> Iterable[str | None]:
    return (data.agency,)


def _receiving_unit(data: Any) -> Iterable[str | None]:
    return (data.receiving_unit,)


def _planned(data: intake.DossierReceived) -> Iterable[str | None]:
    """All agencies of the route are told from the start: each has to plan for its step."""
    return (data.receiving_unit, data.competent_agency, *(step.agency for step in data.route))


def _asked_and_asking(data: Any) -> Iterable[str | None]:
    return (data.agency, data.asked_by)


DRAWS: Mapping[type[Payload], Named] = {
    intake.DossierReceived: _planned,
    intake.DossierSupplementRequested: _receiving_unit,
    intake.DossierSupplemented: _nobody,
    intake.DossierPaid: _nobody,
    intake.DossierRefused: _receiving_unit,
    intake.DossierWithdrawn: _receiving_unit,
    intake.DossierDelivered: _nobody,
    intake.ApplicantErased: _nobody,
    routing.DossierTransferred: lambda data: (data.from_agency, data.to_agency),
    routing.DossierAcknowledged: _agency,
    routing.DossierStepCompleted: lambda data: (data.agency, data.next_agency),
    routing.DossierSuspended: _agency,
    routing.DossierResumed: _nobody,
    routing.DossierCompleted: _agency,
    routing.ConsultationRequested: _asked_and_asking,
    routing.ConsultationAnswered: _asked_and_asking,
    routing.DelayExplained: _agency,
    sla.DossierDueSoon: _agency,
    sla.DossierOverdue: _agency,
    sla.DossierOverdueRetracted: _nobody,
    sla.DossierEscalated: lambda data: (data.agency, data.to_agency),
    sla.DossierRescheduled: _agency,
    sla.ExplanationRequired: _agency,
    sla.ApologyRequired: _agency,
    sla.ApologyWithdrawn: _agency,
    rating.FeedbackSubmitted: _agency,
    rating.FeedbackAnswered: _agency,
    rating.FeedbackErased: _nobody,
    notify.NotificationSent: _nobody,
    notify.NotificationDoubtful: _nobody,
    notify.NotificationFailed: _nobody,
    notify.LetterIssued: _agency,
    notify.NotificationErased: _nobody,
}
"""The agencies that each payload draws into its dossier."""


def concern(event: AnyEvent) -> Concern:
    """Whom an event concerns. A type that this table does not know draws nobody in."""
    match event.data:
        case routing.ReportRejected() as data:
            return _answer(event, data.agency)
        case intake.SubmissionRejected() as data:
            return _answer(event, data.sender.removeprefix(SENDER) if data.sender.startswith(SENDER) else "")
    named = DRAWS.get(type(event.data), _nobody)(event.data)
    return Concern(event.subject, frozenset(code for code in named if code))


def _answer(event: AnyEvent, agency: str) -> Concern:
    """An answer concerns whom it answers, and is no record of the dossier that it speaks of.

    Else an agency would get any dossier by reporting nonsense about it, and who has the dossier would get the nonsense.
    A bar stands in no subject and in no code, so that no dossier has such a name.
    """
    return Concern(f"{event.subject}|{agency}", frozenset({agency} - {""}))
