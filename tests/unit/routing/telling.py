"""Routes, and what agencies and intake say in these tests."""

from datetime import UTC, datetime

from contracts.claims import (
    AsksOpinion,
    ExplainsDelay,
    FinishedStep,
    Forwards,
    GivesOpinion,
    HasResult,
    NeedsPayment,
    NeedsSupplement,
    Recalls,
    Resumes,
    SentBack,
    Suspends,
    TookCustody,
)
from contracts.envelope import AnyEvent, event_id
from contracts.intake import DossierPaid, DossierSupplemented, DossierWithdrawn
from contracts.routing import DossierTransferred, ReportRejected
from services.routing.rules import Rules
from services.routing.service import service
from tests.given import OFFICE, Story, at, fact, given, received, reported, step

ROUTING = service(Rules(OFFICE))

UNIT, CHECKER, TAX, SIGNER, OTHER = "H29.16", "H29.02", "H29.11", "H29.05", "H29.99"
MONDAY = at(2, "09:00")

CHAIN = (
    step("forward", UNIT, limit="2 working-hours"),
    step("check", CHECKER, "forward"),
    step("sign", SIGNER, "check", limit="2 working-days"),
)
FORK = (
    step("forward", UNIT, limit="2 working-hours"),
    step("check", CHECKER, "forward"),
    step("tax", TAX, "forward"),
    step("sign", SIGNER, "check", "tax"),
)


def took(agency: str, name: str, time: datetime, officer: str | None = None) -> AnyEvent:
    return reported(agency, TookCustody(step=name), time, officer=officer)


def finished(
    agency: str, name: str, time: datetime, officer: str | None = None, next_agency: str | None = None
) -> AnyEvent:
    return reported(agency, FinishedStep(step=name, next_agency=next_agency), time, officer=officer)


def sent_back(agency: str, name: str, to_step: str, time: datetime) -> AnyEvent:
    return reported(agency, SentBack(step=name, to_step=to_step, reason="Thiếu chữ ký"), time)


def forwards(agency: str, name: str, to_agency: str, time: datetime) -> AnyEvent:
    return reported(agency, Forwards(step=name, to_agency=to_agency), time)


def lacks(agency: str, name: str, time: datetime, *missing: str) -> AnyEvent:
    return reported(agency, NeedsSupplement(step=name, missing=missing or ("plan",), reason="Bản vẽ mờ"), time)


def bills(agency: str, name: str, time: datetime, amount: int = 50_000) -> AnyEvent:
    return reported(agency, NeedsPayment(step=name, amount=amount), time)


def has_result(agency: str, time: datetime, outcome: str = "granted", officer: str | None = None) -> AnyEvent:
    return reported(agency, HasResult(outcome=outcome), time, officer=officer)


def explains(agency: str, name: str, time: datetime, target: datetime | None = None) -> AnyEvent:
    claim = ExplainsDelay(step=name, cause="Quá tải", owner="CC-1", plan="Làm thêm giờ", target=target or at(20))
    return reported(agency, claim, time)


def asks(agency: str, name: str, of_agency: str, time: datetime, limit: str = "2 working-days") -> AnyEvent:
    claim = AsksOpinion(step=name, of_agency=of_agency, question="Có thuộc quy hoạch không?", limit=limit)
    return reported(agency, claim, time)


def opines(agency: str, time: datetime, consultation: str | None = None, name: str | None = None) -> AnyEvent:
    return reported(agency, GivesOpinion(consultation=consultation, step=name, opinion="Không"), time)


def recalls(agency: str, time: datetime, to_step: str | None = None) -> AnyEvent:
    return reported(agency, Recalls(to_step=to_step, reason="Chuyển nhầm"), time)


def storm(agency: str, name: str, time: datetime) -> AnyEvent:
    return reported(agency, Suspends(step=name, reason="Bão số 1"), time)


def calm(agency: str, time: datetime) -> AnyEvent:
    return reported(agency, Resumes(), time)


def as_of(occurred_at: datetime, report: AnyEvent) -> AnyEvent:
    """The same report, which says that it happened at another moment than it was made."""
    data = report.data.model_copy(update={"occurred_at": occurred_at.astimezone(UTC)})
    unique = f"{report.id}@{occurred_at.isoformat()}"
    return report.model_copy(update={"id": event_id(report.type, report.subject, unique), "data": data})


def supplemented(time: datetime) -> AnyEvent:
    return fact(DossierSupplemented(components=("plan",)), time)


def paid(time: datetime) -> AnyEvent:
    return fact(DossierPaid(amount=50_000), time)


def withdrawn(time: datetime) -> AnyEvent:
    return fact(DossierWithdrawn(), time)


def on(route: tuple, *events: AnyEvent) -> Story:
    """A dossier received on Monday at nine that travels a route; this happened, and all that follows is on record."""
    return given(ROUTING, received(MONDAY, *route), *events)


def holds(story: Story) -> dict[str, str]:
    """Who holds the dossier, by open step."""
    return {leg.step: leg.agency for leg in story.state.holders}


def moved(story: Story) -> list[tuple[str, int, str]]:
    """What was newly handed over: step, attempt, to whom."""
    return sorted((transfer.step, transfer.attempt, transfer.to_agency) for transfer in story.says(DossierTransferred))


def objection(story: Story) -> tuple[str, str]:
    """Code and reason of the one thing newly said, a rejection."""
    (data,) = story.said_data
    assert isinstance(data, ReportRejected)
    return data.code, data.reason
