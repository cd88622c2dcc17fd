"""The figures as a real store adds them up."""

import random
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from chassis.document import Document
from chassis.store import MongoStore
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from contracts.rating import RatingSubmitted
from deploy.embedded import Ports, processes, store
from services.rating.adapters.figures import By, figures
from services.rating.handlers import service

pytestmark = pytest.mark.stack
START = datetime(2026, 1, 5, 2, tzinfo=UTC)
RATING = service()


@pytest.fixture(scope="module")
async def stored(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MongoStore]:
    folder, port = tmp_path_factory.mktemp("stores") / "rating", Ports.free().stores["rating"]
    store.prepare(folder)
    server = processes.spawn("rating", store.command(folder, port), folder.parent / "log")
    # The driver itself waits until the server listens.
    found = MongoStore(store.url("rating", port), "rating")
    try:
        await found.prepare(RATING.indexes)
        await found.save([dossier(n) for n in range(12)])
        yield found
    finally:
        found.close()
        processes.send(server, signal.SIGTERM)


def event(subject: str, data: Payload, hours: float, *unique: object) -> AnyEvent:
    return new_event(
        data,
        source="/lienthong/test",
        subject=subject,
        time=START + timedelta(hours=hours),
        correlationid="submission",
        unique=(hours, *unique),
    )


def received() -> DossierReceived:
    return DossierReceived(
        submission_id="submission",
        procedure="1.001193",
        procedure_version=1,
        channel="counter",
        receiving_unit="H29.16",
        competent_agency="H29.02",
        limit="1 working-day",
        appointment_date=START,
    )


def dossier(n: int) -> Document:
    """Two holders who rate, the first of them twice; the second one a month later, without naming an officer."""
    code = f"H29.16-260105-{n:04}"
    officer = "CC-1" if n < 4 else "CC-2"
    web = {"channel": "web", "agency": "H29.02"}
    facts = [
        event(code, received(), 0),
        event(code, RatingSubmitted(holder="a", officer=officer, answers={"7": 2, "8": 1}, **web), 5),
        event(code, RatingSubmitted(holder="a", officer=officer, answers={"7": 0}, **web), 6),
        event(code, RatingSubmitted(holder="b", channel="phone", agency="H29.04", answers={"4": 1}), 30 * 24),
    ]
    facts += RATING.decide(RATING.fold(facts), START).events
    random.Random(n).shuffle(facts)
    return Document(code, state=RATING.dump(RATING.fold(facts)))


@pytest.mark.parametrize(
    ("by", "month", "expected"),
    [
        ("officer", None, [("CC-1", 4, None), ("CC-2", 8, 0.75)]),
        ("officer", "2026-02", []),
        ("agency", None, [("H29.02", 12, 0.75), ("H29.04", 12, 0.5)]),
        ("channel", "2026-02", [("phone", 12, 0.5)]),
        ("month", None, [("2026-01", 12, 0.75), ("2026-02", 12, 0.5)]),
    ],
)
async def test_figures(
    by: By, month: str | None, expected: list[tuple[str, int, float | None]], stored: MongoStore
) -> None:
    found = await figures(stored, by, month)
    assert [(one.key, one.count, one.share) for one in found] == expected
    assert [one.suppressed for one in found] == [one.share is None for one in found]
