import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.envelope import AnyEvent
from contracts.rating import RatingCounted
from contracts.routing import DossierCompleted, DossierStepCompleted
from services.rating.service import service
from tests.examples import examples
from tests.given import comes_back, interleaved, told, told_in_order

MOMENTS = (datetime(2026, 1, 6, tzinfo=UTC), datetime(2026, 2, 6, tzinfo=UTC))
"""Before and after the end of the month in which all ratings are given."""
SERVICE = service()
Make = Callable[..., AnyEvent]


def story(event: Make, rating: Make, received: AnyEvent, rng: random.Random) -> list[AnyEvent]:
    ratings = [
        rating(
            rng.randint(0, 5),
            rng.choice(["slip-1", "slip-2"]),
            answers={"7": rng.randint(0, 2)},
            agency=rng.choice(["H29.02", "H29.04", "H29.99"]),
        )
        for _ in range(rng.randint(0, 6))
    ]
    work = [
        event(DossierStepCompleted(step="a", attempt=1, agency="H29.04", officer="CC-9"), 2),
        event(DossierCompleted(outcome="granted", agency="H29.02"), 4),
    ]
    return [received, *ratings, *rng.sample(work, rng.randint(0, 2))]


def lived(causes: list[AnyEvent], rng: random.Random) -> list[AnyEvent]:
    """All facts after the causes arrived in any order, a repeated one among them now and then."""
    facts = dict[str, AnyEvent]()
    for cause in rng.sample(causes, len(causes)):
        facts[cause.identity] = cause
        for event in SERVICE.decide(SERVICE.fold(facts.values()), rng.choice(MOMENTS)).events:
            facts.setdefault(event.identity, event)
    return list(facts.values())


@given(st.randoms(use_true_random=False))
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arrival_order_and_repeats_do_not_matter(
    event: Make, rating: Make, received: AnyEvent, rng: random.Random
) -> None:
    facts = lived(story(event, rating, received, rng), rng)
    repeated = facts + rng.choices(facts, k=rng.randint(0, 10))
    rng.shuffle(repeated)
    texts = [json.dumps(SERVICE.dump(SERVICE.fold(arrived))) for arrived in (facts, repeated)]
    assert texts[0] == texts[1]


@given(st.randoms(use_true_random=False))
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_rating_counts_for_each_holder(event: Make, rating: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(story(event, rating, received, rng), rng)
    state = SERVICE.fold(facts)
    counted = Counter(rating.holder for rating in state.ratings if rating.counted)
    had_it = [rating for rating in state.ratings if rating.agency in state.agencies]
    assert counted == Counter({rating.holder for rating in had_it})
    assert len([fact for fact in facts if isinstance(fact.data, RatingCounted)]) + state.repeated == len(had_it)


@given(st.randoms(use_true_random=False))
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_own_events_may_be_folded_before_or_after_what_others_say(
    event: Make, rating: Make, received: AnyEvent, rng: random.Random
) -> None:
    facts = lived(story(event, rating, received, rng), rng)
    assert told_in_order(SERVICE, interleaved(SERVICE, facts, lambda: rng.random() < 0.5)) == told(SERVICE, facts)
    assert comes_back(SERVICE, facts)
