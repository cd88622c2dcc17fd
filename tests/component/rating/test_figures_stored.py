"""The figures as a real store adds them up, and the words of feedback as it keeps them."""

import random
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.core.document import Document
from chassis.runtime.store.mongo import MongoStore
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from contracts.rating import FeedbackAnswered, FeedbackSubmitted, RatingSubmitted
from contracts.routing import DossierCompleted, DossierStepCompleted
from deploy.embedded import Ports, processes, store
from services.rating.adapters.feedback_figures import FeedbackBy, feedback_figures
from services.rating.adapters.figures import By, figures
from services.rating.adapters.words import Answer, StoredWords
from services.rating.service import service

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
        await found.save([feedback(n) for n in range(12)])
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
    facts += [
        event(code, DossierStepCompleted(step="a", attempt=1, agency="H29.02", officer=officer), 3),
        event(code, DossierCompleted(outcome="granted", agency="H29.04"), 4),
    ]
    facts += RATING.decide(RATING.fold(facts), START).events
    random.Random(n).shuffle(facts)
    return Document(code, state=RATING.dump(RATING.fold(facts)))


@pytest.mark.parametrize(
    ("by", "month", "expected"),
    [
        ("officer", None, [("CC-1", 0, None), ("CC-2", 8, 0.75)]),
        ("officer", "2026-02", []),
        ("agency", None, [("H29.02", 8, 0.75), ("H29.04", 12, 0.5)]),
        ("channel", "2026-02", [("phone", 12, 0.5)]),
        ("month", None, [("2026-01", 8, 0.75), ("2026-02", 12, 0.5)]),
    ],
)
async def test_figures_of_months_that_are_over(
    by: By, month: str | None, expected: list[tuple[str, int, float | None]], stored: MongoStore
) -> None:
    found = await figures(stored, by, START + timedelta(days=60), month)
    assert [(figure.key, figure.count, figure.share) for figure in found] == expected
    assert [figure.suppressed for figure in found] == [figure.share is None for figure in found]


async def test_the_running_month_and_other_timelines_are_not_among_them(stored: MongoStore) -> None:
    at = START + timedelta(days=40)  # in February
    assert [figure.key for figure in await figures(stored, "month", at)] == ["2026-01"]
    assert await figures(stored, "month", at, timeline="week-1") == []
    assert await feedback_figures(stored, "month", at, timeline="week-1") == []


def feedback(n: int) -> Document:
    """Every third is answered, half of those late; the rest is open, due at different hours of one day."""
    key, due = f"feedback-{n}", START + timedelta(hours=n)
    data = FeedbackSubmitted(
        category="delay" if n < 8 else "attitude", agency="H29.02", text_ref=key, limit="1 working-day", due=due
    )
    answer = FeedbackAnswered(feedback_id=key, agency="H29.02", answered_at=due + timedelta(hours=n % 2))
    facts = [event(key, data, 0 if n < 10 else 30 * 24), *([event(key, answer, n)] if n % 3 == 0 else [])]
    return Document(key, state=RATING.dump(RATING.fold(facts)))


@pytest.mark.parametrize(
    ("by", "month", "expected"),
    [
        ("category", None, [("attitude", 4, 0, 1, 3, 0), ("delay", 8, 2, 1, 5, 3)]),
        ("agency", None, [("H29.02", 12, 2, 2, 8, 3)]),
        ("month", None, [("2026-01", 10, 2, 2, 6, 3), ("2026-02", 2, 0, 0, 2, 0)]),
        ("category", "2026-02", [("attitude", 2, 0, 0, 2, 0)]),
        ("category", "2026-03", []),
    ],
)
async def test_figures_of_feedback(
    by: FeedbackBy, month: str | None, expected: list[tuple[str, int, int, int, int, int]], stored: MongoStore
) -> None:
    found = await feedback_figures(stored, by, START + timedelta(hours=5), month)
    assert [
        (figure.key, figure.count, figure.in_time, figure.late, figure.open, figure.overdue) for figure in found
    ] == expected


async def test_words_are_kept_once_a_key_and_answered_once(stored: MongoStore) -> None:
    words = StoredWords(stored)
    await words.prepare()
    at, later = START + timedelta(microseconds=1), START + timedelta(hours=1)
    kept = await words.keep("H29.02|key-of-hoa", "digest", "Chậm ba ngày.", at)
    assert await words.keep("H29.02|key-of-hoa", "another", "Khác.", later) == kept
    assert (kept.content, kept.text, kept.at, kept.answer) == ("digest", "Chậm ba ngày.", at, None)
    assert (await words.keep("H29.03|key-of-hoa", "digest", "Chậm ba ngày.", at)).reference != kept.reference
    first = Answer("Xong.", later)
    assert await words.keep_answer(kept.reference, first) == first
    assert await words.keep_answer(kept.reference, Answer("Chưa xong.", at)) == first
    assert await words.get(kept.reference) == replace(kept, answer=first)
    assert await words.get("nothing") is None
