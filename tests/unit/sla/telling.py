"""What intake and routing say in these tests, and the deadlines that follow."""

from datetime import datetime, timedelta

from contracts.envelope import AnyEvent
from contracts.intake import DossierWithdrawn
from contracts.routing import (
    DossierAcknowledged,
    DossierCompleted,
    DossierResumed,
    DossierStepCompleted,
    DossierSuspended,
    DossierTransferred,
    Movement,
)
from contracts.sla import DossierDueSoon, DossierEscalated, DossierOverdue, ExplanationRequired
from services.sla.decide import Rules
from services.sla.handlers import service
from tests.given import OFFICE, Story, at, fact, given, received

SLA = service(Rules(OFFICE, {"H29.02": "H29.01", "H29.05": "H29"}))

UNIT, CHECKER, COMPETENT = "H29.16", "H29.02", "H29.05"

MONDAY = at(2, "09:00")
SOON = at(4, "09:00")
DUE = at(5, "09:00")
"""Thursday; the appointment of every dossier here."""

INSTANT = timedelta(microseconds=1)


def transferred(
    time: datetime,
    step: str = "check",
    attempt: int = 1,
    *,
    to: str = CHECKER,
    deadline: datetime | None = None,
    movement: Movement = "onward",
    ended: tuple[str | None, int] = (None, 0),
) -> AnyEvent:
    data = DossierTransferred(
        step=step,
        attempt=attempt,
        from_agency=UNIT,
        to_agency=to,
        movement=movement,
        from_step=ended[0],
        from_attempt=ended[1],
        deadline=deadline,
    )
    return fact(data, time, step, attempt)


def acknowledged(
    time: datetime, officer: str | None, agency: str = CHECKER, step: str = "check", attempt: int = 1
) -> AnyEvent:
    return fact(DossierAcknowledged(step=step, attempt=attempt, agency=agency, officer=officer), time)


def step_done(time: datetime, step: str = "check", attempt: int = 1) -> AnyEvent:
    return fact(DossierStepCompleted(step=step, attempt=attempt, agency=CHECKER), time)


def suspended(time: datetime, cause: str = "payment", *number: int) -> AnyEvent:
    return fact(DossierSuspended(cause=cause, step="check", agency=CHECKER), time, time, *number)


def resumed(time: datetime, cause: str = "payment", *number: int) -> AnyEvent:
    return fact(DossierResumed(cause=cause), time, time, *number)


def completed(time: datetime) -> AnyEvent:
    return fact(DossierCompleted(outcome="granted", agency=COMPETENT), time)


def withdrawn(time: datetime) -> AnyEvent:
    return fact(DossierWithdrawn(), time)


def dossier(*facts: AnyEvent, due: datetime = DUE) -> Story:
    """Received on Monday at nine and due on Thursday at nine; this happened since."""
    return given(SLA, received(MONDAY, appointment=due), *facts)


def soon(deadline: str = "dossier", due: datetime = DUE, agency: str = COMPETENT) -> DossierDueSoon:
    return DossierDueSoon(deadline=deadline, due=due, agency=agency)


def overdue(deadline: str = "dossier", due: datetime = DUE, agency: str = COMPETENT) -> DossierOverdue:
    return DossierOverdue(deadline=deadline, due=due, agency=agency)


def explanation(by: datetime, deadline: str = "dossier", agency: str = COMPETENT) -> ExplanationRequired:
    return ExplanationRequired(deadline=deadline, agency=agency, by=by)


def escalated(
    rung: str, to_agency: str, deadline: str = "dossier", due: datetime = DUE, agency: str = COMPETENT
) -> DossierEscalated:
    return DossierEscalated(deadline=deadline, due=due, rung=rung, agency=agency, to_agency=to_agency)


def missed(story: Story) -> list[tuple[str, datetime]]:
    """What was newly said to be overdue: which deadline, and since when."""
    return [(one.deadline, one.due) for one in story.says(DossierOverdue)]
