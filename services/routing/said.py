"""What routing has said, by plain keys: cheap to make and to compare, where an event's id takes a digest."""

from contracts import routing
from contracts.envelope import AnyEvent, Payload

KINDS: dict[type[Payload], str] = {
    routing.DossierAcknowledged: "acknowledged",
    routing.DossierStepCompleted: "step-completed",
    routing.DossierSuspended: "suspended",
    routing.ConsultationRequested: "opinion-asked",
    routing.ConsultationAnswered: "opinion-given",
    routing.DelayExplained: "explained",
    routing.ReportRejected: "rejected",
}
"""The answer that an event is, where an event of its own answers a report."""


def of_leg(step: str, attempt: int) -> str:
    """That a step was handed over."""
    return f"{step}#{attempt}"


def of_answer(kind: str, agency: str, report: str) -> str:
    """That a report was answered."""
    return f"{kind}|{agency}|{report}"


def of_resumption(report: str) -> str:
    """That what this report stopped goes on."""
    return f"resumed|{report}"


def of_end(cause: str) -> str:
    """That the dossier is completed."""
    return f"completed|{cause}"


def key_of(event: AnyEvent) -> str:
    """The key of an own event."""
    data = event.data
    match data:
        case routing.DossierTransferred():
            return of_leg(data.step, data.attempt)
        case routing.DossierResumed():
            return of_resumption(data.suspended_by)
        case routing.DossierCompleted():
            return of_end(event.causationid)
        case routing.ConsultationRequested():
            return of_answer("opinion-asked", data.asked_by, event.causationid)
        case _:
            return of_answer(KINDS[type(data)], data.agency, event.causationid)
