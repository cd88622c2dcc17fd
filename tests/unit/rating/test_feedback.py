import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.core.decision import Decision
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.rating import FeedbackAnswered, FeedbackSubmitted
from contracts.sla import DossierRescheduled
from services.rating.service import service
from services.rating.state import Feedback, State

START = datetime(2026, 1, 31, 17, tzinfo=UTC)
DUE = START + timedelta(hours=8)
SERVICE = service()
Make = Callable[..., AnyEvent]


def event(data: Payload, at: datetime, **envelope: Any) -> AnyEvent:
    given = {"source": "/lienthong/rating", "subject": "feedback-1", "correlationid": "feedback-1", **envelope}
    return new_event(data, time=at, unique=(), **given)


def submitted(due: datetime | None = DUE) -> AnyEvent:
    data = FeedbackSubmitted(category="delay", agency="H29.02", text_ref="feedback-1", limit="1 working-day", due=due)
    return event(data, START)


def answered(at: datetime) -> AnyEvent:
    return event(FeedbackAnswered(feedback_id="feedback-1", agency="H29.02", answered_at=at), at)


def fold(*facts: AnyEvent) -> State:
    return SERVICE.fold(facts)


def test_a_feedback_is_open_until_it_is_answered() -> None:
    feedback = fold(submitted()).feedback
    assert feedback == Feedback("delay", "H29.02", None, "2026-02", "live", DUE, None, "open"), "the month is Vietnam's"


@pytest.mark.parametrize(
    ("late", "status"), [(timedelta(0), "in-time"), (timedelta(microseconds=1), "late"), (timedelta(-1), "in-time")]
)
def test_an_answer_is_in_time_until_the_moment_it_is_due(late: timedelta, status: str) -> None:
    feedback = fold(submitted(), answered(DUE + late)).feedback
    assert feedback is not None
    assert (feedback.status, feedback.answered) == (status, DUE + late)


def moved(to: datetime, at: datetime, deadline: str = "feedback") -> AnyEvent:
    """The deadline watch says that days off moved its date."""
    data = DossierRescheduled(
        old_date=DUE, new_date=to, cause="Bão", agency="H29.02", kind="calendar", deadline=deadline
    )
    return event(data, at, source="/lienthong/sla").model_copy(update={"id": f"{to}"})


@pytest.mark.parametrize(("answer", "status"), [(timedelta(days=1), "in-time"), (timedelta(days=1, seconds=1), "late")])
def test_a_storm_day_moves_it_as_the_watch_of_deadlines_says(answer: timedelta, status: str) -> None:
    facts = [submitted(), moved(DUE + timedelta(days=1), START + timedelta(hours=1)), answered(DUE + answer)]
    for order in (facts, facts[::-1]):
        feedback = fold(*order).feedback
        assert feedback is not None
        assert (feedback.due, feedback.status) == (DUE + timedelta(days=1), status)


def test_of_several_moves_the_last_counts_and_none_of_an_appointment() -> None:
    facts = [
        moved(DUE + timedelta(days=1), START),
        moved(DUE, START + timedelta(hours=2)),
        moved(DUE + timedelta(days=9), START + timedelta(hours=3), deadline="dossier"),
    ]
    feedback = fold(submitted(), *facts).feedback
    assert feedback is not None
    assert feedback.due == DUE


def test_without_a_limit_an_answer_is_neither_in_time_nor_late() -> None:
    feedback = fold(submitted(None), answered(DUE)).feedback
    assert feedback is not None
    assert feedback.status == "answered"


def test_an_answer_may_be_told_before_its_feedback() -> None:
    early = answered(START - timedelta(hours=1))
    assert fold(early).feedback == Feedback(answered=START - timedelta(hours=1), status="answered")
    feedback = fold(early, submitted()).feedback
    assert feedback is not None
    assert (feedback.category, feedback.status) == ("delay", "in-time")


def test_feedback_makes_rating_say_nothing() -> None:
    assert SERVICE.decide(fold(submitted(), answered(DUE)), DUE) == Decision()


@given(st.randoms(use_true_random=False), st.integers(-9, 9), st.booleans())
@settings(deadline=None)
def test_arrival_order_repeats_and_storage_do_not_matter(rng: random.Random, hours: int, limited: bool) -> None:
    facts = [submitted(DUE if limited else None), answered(DUE + timedelta(hours=hours))]
    state = fold(*facts)
    assert fold(*rng.choices(facts, k=5), *reversed(facts)) == state
    assert SERVICE.restore(json.loads(json.dumps(SERVICE.dump(state)))) == state
