from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contracts.envelope import AnyEvent
from contracts.rating import RatingPublished
from contracts.routing import DossierCompleted, DossierStepCompleted
from services.rating.decide import decide
from services.rating.handlers import service
from services.rating.state import State

NOW = datetime(2026, 1, 6, tzinfo=UTC)
Make = Callable[..., AnyEvent]


def fold(*events: AnyEvent) -> State:
    return service().fold(events)


def published(*events: AnyEvent) -> list[AnyEvent]:
    return list(decide(fold(*events), NOW).events)


def test_a_rating_counts_and_does_not_tell_who_gave_it(received: AnyEvent, rating: Make) -> None:
    given = rating(5, officer="CC-7", channel="counter-device")
    (answer,) = published(received, given)
    assert answer.data == RatingPublished(
        rating_id=given.id,
        month="2026-01",
        channel="counter-device",
        agency="H29.02",
        officer="CC-7",
        points=3,
        of=4,
    )
    assert (answer.causationid, answer.correlationid, answer.time) == (given.id, "submission-1", given.time)
    assert "slip-1" not in answer.to_json()


def test_ratings_wait_for_their_dossier(received: AnyEvent, rating: Make) -> None:
    assert published(rating(1), rating(2, "slip-2")) == []
    assert len(published(rating(1), rating(2, "slip-2"), received)) == 2


def test_the_first_rating_of_a_holder_counts(received: AnyEvent, rating: Make) -> None:
    first, second = rating(5), rating(6, answers={"7": 0})
    assert [one.causationid for one in published(second, first, received)] == [first.id]
    assert fold(second, first, received).repeated == 1


def test_every_holder_has_a_rating(received: AnyEvent, rating: Make) -> None:
    assert len(published(received, rating(5), rating(6, "slip-2"))) == 2


def test_what_was_published_stays(received: AnyEvent, rating: Make) -> None:
    late, early = rating(6), rating(5)
    (answer,) = published(received, late)
    state = fold(received, late, answer, early)
    assert [(one.rating_id, one.published) for one in state.ratings] == [(early.id, False), (late.id, True)]
    assert [one.id for one in decide(state, NOW).events] == [answer.id]
    assert state.repeated == 1


@pytest.mark.parametrize(
    ("hours", "month"),
    [(0, "2026-01"), (26 * 24 + 14, "2026-01"), (26 * 24 + 15, "2026-02"), (-106, "2025-12"), (-105, "2026-01")],
)
def test_months_begin_at_midnight_in_vietnam(hours: int, month: str, received: AnyEvent, rating: Make) -> None:
    (answer,) = published(received, rating(hours))
    assert answer.data.month == month


def test_who_worked_on_it_is_remembered(event: Make, received: AnyEvent) -> None:
    facts = [
        event(DossierStepCompleted(step="b", attempt=1, agency="H29.04", officer="CC-9"), 2),
        event(DossierStepCompleted(step="a", attempt=1, agency="H29.02"), 3),
        event(DossierCompleted(outcome="granted", agency="H29.02", officer="CC-1"), 4),
    ]
    state = fold(received, *facts)
    assert (state.agencies, state.officers) == (("H29.02", "H29.04"), ("CC-1", "CC-9"))
