from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from contracts.envelope import AnyEvent
from contracts.rating import RatingCounted, RatingPublished
from contracts.routing import DossierCompleted, DossierStepCompleted
from services.rating.decide import decide
from services.rating.service import service
from services.rating.state import State

NOW = datetime(2026, 1, 6, tzinfo=UTC)
JANUARY_OVER = datetime(2026, 1, 31, 17, tzinfo=UTC)
Make = Callable[..., AnyEvent]


def fold(*events: AnyEvent) -> State:
    return service().fold(events)


def counted(*events: AnyEvent) -> list[AnyEvent]:
    return [made for made in decide(fold(*events), NOW).events if isinstance(made.data, RatingCounted)]


def published(*events: AnyEvent, now: datetime = JANUARY_OVER) -> list[AnyEvent]:
    return [made for made in decide(fold(*events), now).events if isinstance(made.data, RatingPublished)]


def test_a_rating_counts_at_once(received: AnyEvent, rating: Make) -> None:
    given = rating(5)
    (answer,) = counted(received, given)
    assert answer.data == RatingCounted(rating_id=given.id)
    assert (answer.causationid, answer.correlationid, answer.time) == (given.id, "submission-1", given.time)


def test_nothing_in_a_published_rating_leads_back_to_the_dossier(event: Make, received: AnyEvent, rating: Make) -> None:
    worked = event(DossierStepCompleted(step="b", attempt=1, agency="H29.02", officer="CC-7"), 2)
    given = rating(5, officer="CC-7", channel="counter-device")
    (answer,) = published(received, worked, given)
    assert answer.data == RatingPublished(
        rating_id=answer.subject,
        month="2026-01",
        channel="counter-device",
        agency="H29.02",
        officer="CC-7",
        points=3,
        of=4,
    )
    told = answer.to_json()
    for trace in ("slip-1", given.id, given.subject, given.correlationid, given.time.isoformat()[:13]):
        assert trace not in told


def test_all_ratings_of_a_month_are_published_when_it_is_over(received: AnyEvent, rating: Make) -> None:
    facts = (received, rating(5), rating(90, "slip-2"), rating(30 * 24, "slip-3"))
    assert published(*facts, now=JANUARY_OVER - timedelta(seconds=1)) == []
    assert [event.time for event in published(*facts)] == [JANUARY_OVER, JANUARY_OVER]
    first, then = decide(fold(*facts), NOW).timer, decide(fold(*facts), JANUARY_OVER).timer
    assert (first and first.at, then and then.at) == (JANUARY_OVER, datetime(2026, 2, 28, 17, tzinfo=UTC))


def test_a_rating_of_somebody_who_never_had_the_dossier_does_not_count(
    event: Make, received: AnyEvent, rating: Make
) -> None:
    strangers = [rating(5, agency="H29.99"), rating(6, officer="CC-99")]
    assert counted(received, *strangers) == []
    assert len(counted(received, *strangers, rating(7))) == 1
    worked = event(DossierStepCompleted(step="b", attempt=1, agency="H29.99"), 2)
    assert [event.causationid for event in counted(received, *strangers, worked)] == [strangers[0].id]


def test_what_was_published_under_the_dossier_before_counts_on(received: AnyEvent, event: Make, rating: Make) -> None:
    given = rating(5, agency="H29.99")
    old = RatingPublished(rating_id=given.id, month="2026-01", channel="web", agency="H29.99", points=3, of=4)
    assert [event.causationid for event in counted(received, given, event(old, 5))] == [given.id]


def test_ratings_wait_for_their_dossier(received: AnyEvent, rating: Make) -> None:
    assert counted(rating(1), rating(2, "slip-2")) == []
    assert len(counted(rating(1), rating(2, "slip-2"), received)) == 2


def test_the_first_rating_of_a_holder_counts(received: AnyEvent, rating: Make) -> None:
    first, second = rating(5), rating(6, answers={"7": 0})
    assert [event.causationid for event in counted(second, first, received)] == [first.id]
    assert fold(second, first, received).repeated == 1


def test_every_holder_has_a_rating(received: AnyEvent, rating: Make) -> None:
    assert len(counted(received, rating(5), rating(6, "slip-2"))) == 2


def test_what_was_counted_stays(received: AnyEvent, rating: Make) -> None:
    late, early = rating(6), rating(5)
    (answer,) = counted(received, late)
    state = fold(received, late, answer, early)
    assert [(rating.rating_id, rating.counted) for rating in state.ratings] == [(early.id, False), (late.id, True)]
    assert [event.id for event in decide(state, NOW).events] == [answer.id]
    assert state.repeated == 1


@pytest.mark.parametrize(
    ("hours", "month"),
    [(0, "2026-01"), (26 * 24 + 14, "2026-01"), (26 * 24 + 15, "2026-02"), (-106, "2025-12"), (-105, "2026-01")],
)
def test_months_begin_at_midnight_in_vietnam(hours: int, month: str, received: AnyEvent, rating: Make) -> None:
    (answer,) = published(received, rating(hours), now=datetime(2026, 3, 1, tzinfo=UTC))
    assert answer.data.month == month


def test_who_worked_on_it_is_remembered(event: Make, received: AnyEvent) -> None:
    facts = [
        event(DossierStepCompleted(step="b", attempt=1, agency="H29.04", officer="CC-9"), 2),
        event(DossierStepCompleted(step="a", attempt=1, agency="H29.02"), 3),
        event(DossierCompleted(outcome="granted", agency="H29.02", officer="CC-1"), 4),
    ]
    state = fold(received, *facts)
    assert (state.agencies, state.officers) == (("H29.02", "H29.04"), ("CC-1", "CC-9"))
