"""What intake and routing say in these tests, and the deadlines that follow."""

from datetime import datetime, timedelta
from typing import Any

from chassis.core.service import Service
from contracts.calendar_changes import CalendarChanged
from contracts.envelope import AnyEvent, Payload
from contracts.intake import DossierWithdrawn
from contracts.routing import (
    ConsultationAnswered,
    ConsultationRequested,
    DelayExplained,
    DossierAcknowledged,
    DossierCompleted,
    DossierResumed,
    DossierStepCompleted,
    DossierSuspended,
    DossierTransferred,
    Movement,
)
from contracts.sla import (
    NEW_DATE,
    ApologyRequired,
    ApologyWithdrawn,
    DossierDueSoon,
    DossierEscalated,
    DossierOverdue,
    DossierRescheduled,
    ExplanationRequired,
)
from domain.rules import RuleSet, RuleSets, load_rule_sets
from services.sla.decide import Rules
from services.sla.service import service
from tests.given import OFFICE, Story, at, fact, given, received

SLA = service(Rules(OFFICE, {"H29.02": "H29.01", "H29.05": "H29"}))

UNIT, CHECKER, COMPETENT, SIGNER = "H29.16", "H29.02", "H29.05", "H29.03"

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
    limit: str = "",
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
        limit=limit,
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
    return DossierOverdue(deadline=deadline, due=due, agency=agency, rescheduled=deadline == "dossier")


def explanation(
    by: datetime, deadline: str = "dossier", agency: str = COMPETENT, due: datetime = DUE
) -> ExplanationRequired:
    return ExplanationRequired(deadline=deadline, agency=agency, by=by, due=due)


def explained(
    time: datetime, target: datetime, step: str = "check", agency: str = CHECKER, cause: str = "Thiếu người"
) -> AnyEvent:
    data = DelayExplained(step=step, agency=agency, cause=cause, owner="PTP-1", plan="Bố trí thêm người", target=target)
    return fact(data, time)


def asked(
    time: datetime, agency: str = "H29.11", limit: str = "1 working-days", attempt: int = 1, name: str = "question"
) -> AnyEvent:
    data = ConsultationRequested(
        consultation=f"{name}-{agency}-{attempt}",
        step="check",
        attempt=attempt,
        agency=agency,
        asked_by=CHECKER,
        limit=limit,
        question="Có vướng quy hoạch không?",
    )
    return fact(data, time)


def opinion(time: datetime, agency: str = "H29.11", attempt: int = 1, name: str = "question") -> AnyEvent:
    data = ConsultationAnswered(
        consultation=f"{name}-{agency}-{attempt}",
        step="check",
        attempt=attempt,
        agency=agency,
        asked_by=CHECKER,
        opinion="Không",
    )
    return fact(data, time)


def changed(time: datetime, *days: tuple[str, tuple[str, ...]], reason: str = "Bão số 1") -> AnyEvent:
    found = [
        {"on": on, "hours": hours, "vi": "Nghỉ bão" if not hours else "Làm bù", "en": "Storm"} for on, hours in days
    ]
    data = CalendarChanged.model_validate({"calendar": "office", "days": found, "reason": reason})
    return fact(data, time)


def new_date(story: Story) -> DossierRescheduled:
    """The one form 04 that was newly said."""
    (found,) = (one for one in story.says(DossierRescheduled) if one.kind == "late")
    return found


def says(story: Story, *payloads: Payload) -> Story:
    """Exactly this was said; working-outs, new dates and apologies have tests of their own."""

    def bare(found: list[Payload]) -> list[tuple[str, str]]:
        plain = (one for one in found if not isinstance(one, DossierRescheduled | ApologyRequired | ApologyWithdrawn))
        return sorted((one.TYPE, one.model_dump_json(exclude={"working_out"})) for one in plain)

    assert bare(story.said_data) == bare(list(payloads))
    return story


def rungs(story: Story, reason: str = "overdue", deadline: str = "dossier") -> list[tuple[str, str, datetime]]:
    """The rungs that were ever climbed for this: which, to whom and when."""
    escalations = [one for one in sorted(story.record, key=SLA.placed) if isinstance(one.data, DossierEscalated)]
    return [
        (one.data.rung, one.data.to_agency, one.time)
        for one in escalations
        if (one.data.reason, one.data.deadline) == (reason, deadline)
    ]


def escalated(
    rung: str, to_agency: str, deadline: str = "dossier", due: datetime = DUE, agency: str = COMPETENT
) -> DossierEscalated:
    return DossierEscalated(deadline=deadline, due=due, rung=rung, agency=agency, to_agency=to_agency)


def missed(story: Story) -> list[tuple[str, datetime]]:
    """What was newly said to be overdue: which deadline, and since when; new dates of form 04 apart."""
    return [(one.deadline, one.due) for one in story.says(DossierOverdue) if one.deadline != NEW_DATE]


def ruled(
    *, ladders: dict[str, dict[str, int]] | None = None, waits: dict[str, str] | None = None, **settings: Any
) -> Service[Any]:
    """The deadline watch under the rules in force with other ladders, other effects on a dossier, or other settings.

    Settings of form 04 are named `form_04_<setting>`.
    """
    rules = load_rule_sets().on(MONDAY).model_dump(mode="json")
    for occasion, ladder in (ladders or {}).items():
        rules["ladders"][occasion]["value"] = ladder
    for cause, effect in (waits or {}).items():
        rules["waits"][cause]["dossier"]["value"] = effect
    for name, value in settings.items():
        place = rules["form_04"] if name.startswith("form_04_") else rules
        place[name.removeprefix("form_04_")]["value"] = value
    return service(Rules(OFFICE, rule_sets=RuleSets({rules["name"]: RuleSet.model_validate(rules)})))
