import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.envelope import AnyEvent
from contracts.notify import (
    LetterIssued,
    NotificationDoubtful,
    NotificationFailed,
    NotificationSent,
    ResendRequested,
)
from contracts.sla import (
    ApologyRequired,
    ApologyWithdrawn,
    DossierOverdueRetracted,
    DossierRescheduled,
)
from services.notify import rules
from services.notify.decide import Order
from services.notify.folding_apologies import WITHDRAWAL
from tests.examples import ALL, examples
from tests.given import comes_back, interleaved, told, told_in_order
from tests.unit.notify.lives import SERVICE, START, lived, story
from tests.unit.notify.telling import make_event, make_received


@pytest.fixture(autouse=True, scope="module")
def _from_the_first_day() -> Iterator[None]:
    """The rules of later days count in these lives, too."""
    with patch.object(rules, "TELLS_MORE", START):
        yield


LAW = settings(max_examples=examples(150), deadline=None)

FIRST = random.SystemRandom().randrange(10**6)
POOL = 2_000 if ALL else LAW.max_examples
LIVES = st.integers(FIRST, FIRST + POOL - 1)
"""Lives by number, others in each run: `life` tells the one again that a law is broken in. To live one takes longer
than to judge it, so where somebody waits for the answer, all laws judge the same few."""


@cache
def lived_once(number: int) -> tuple[AnyEvent, ...]:
    rng = random.Random(number)
    return tuple(lived(make_event, story(make_event, make_received(), rng), rng))


def life(number: int) -> list[AnyEvent]:
    return list(lived_once(number))


def text(facts: list[AnyEvent]) -> str:
    return json.dumps(SERVICE.dump(SERVICE.fold(facts)))


@given(LIVES, st.randoms(use_true_random=False))
@LAW
def test_arrival_order_and_repeats_do_not_matter(number: int, rng: random.Random) -> None:
    facts = life(number)
    repeated = facts + rng.choices(facts, k=rng.randint(0, 10))
    rng.shuffle(repeated)
    assert text(repeated) == text(facts)


@given(LIVES)
@LAW
def test_nothing_is_said_twice(number: int) -> None:
    facts = life(number)
    sent = Counter(fact.data.message_id for fact in facts if isinstance(fact.data, NotificationSent))
    letters = Counter(fact.data.overdue_id for fact in facts if isinstance(fact.data, LetterIssued))
    assert set(sent.values()) <= {1}
    assert set(letters.values()) <= {1}


@given(LIVES)
@LAW
def test_a_stored_state_comes_back_as_it_was(number: int) -> None:
    assert comes_back(SERVICE, life(number))


@given(LIVES, st.randoms(use_true_random=False))
@LAW
def test_own_events_may_be_folded_before_or_after_what_others_say(number: int, rng: random.Random) -> None:
    facts = life(number)
    mixed = interleaved(SERVICE, facts, lambda: rng.random() < 0.5)
    assert told_in_order(SERVICE, mixed) == told(SERVICE, facts)


@given(LIVES)
@LAW
def test_a_letter_tells_what_its_apology_says(number: int) -> None:
    facts = life(number)
    for letter in [fact.data for fact in facts if isinstance(fact.data, LetterIssued)]:
        said = required(facts)[letter.overdue_id]
        told = ("due", "agency", "rescheduled_id", "new_date", "cause", "cause_en", "in_person")
        assert [getattr(letter, name) for name in told] == [getattr(said, name) for name in told]


def required(facts: list[AnyEvent]) -> dict[str, ApologyRequired]:
    """The apologies by the overdue that each is for."""
    return {fact.data.overdue_id: fact.data for fact in facts if isinstance(fact.data, ApologyRequired)}


def void(facts: list[AnyEvent]) -> set[str]:
    """The overdues whose apology was for nothing, with those that it covered."""
    withdrawn = {fact.data.overdue_id for fact in facts if isinstance(fact.data, ApologyWithdrawn)}
    return {one.overdue_id for one in required(facts).values() if (one.covered_by or one.overdue_id) in withdrawn}


@given(LIVES)
@LAW
def test_every_new_date_that_holds_is_told(number: int) -> None:
    """By an apology or by a notice; by neither only where the lateness was none, or another new date holds by now."""
    facts = life(number)
    state = SERVICE.fold(facts)
    retracted = {fact.data.overdue_id for fact in facts if isinstance(fact.data, DossierOverdueRetracted)}
    told = {one.rescheduled_id for one in required(facts).values() if not one.covered_by}
    told |= {one.cause.id for one in state.messages if one.cause and one.status != "dropped"}
    given = [fact for fact in facts if isinstance(fact.data, DossierRescheduled)]
    moved = [fact for fact in given if fact.data.kind != "late" and fact.data.overdue_id not in retracted]
    last = max((fact.data.new_date for fact in moved), default=START)
    for fact in given:
        outdated = fact in moved and fact.data.new_date < last
        assert fact.id in told or fact.data.overdue_id in retracted or outdated


@given(LIVES)
@LAW
def test_no_new_date_is_told_twice(number: int) -> None:
    """What an apology tells has no notice of its own."""
    facts = life(number)
    told = {one.rescheduled_id for one in required(facts).values() if not one.covered_by}
    noticed = {
        one.cause.id
        for one in SERVICE.fold(facts).messages
        if one.template == "rescheduled" and one.is_out and one.cause
    }
    assert not told & noticed


@given(LIVES)
@LAW
def test_of_dates_moved_without_lateness_only_the_last_waits_to_be_told(number: int) -> None:
    facts = life(number)
    moved = {one.id for one in facts if isinstance(one.data, DossierRescheduled) and one.data.kind != "late"}
    pending = [one for one in SERVICE.fold(facts).messages if one.status == "pending" and one.cause]
    assert len([one for one in pending if one.cause and one.cause.id in moved]) <= 1


@given(LIVES)
@LAW
def test_what_is_owed_is_apologised_for_once_and_nothing_else_is(number: int) -> None:
    facts = life(number)
    messages = [one for one in SERVICE.fold(facts).messages if one.template == "apology" and not one.repeats]
    out = Counter(one.details.overdue_id for one in messages if one.is_out)
    letters = Counter(fact.data.due for fact in facts if isinstance(fact.data, LetterIssued))
    owed = {one.overdue_id for one in required(facts).values() if not one.covered_by}
    assert max((*out.values(), *letters.values()), default=0) <= 1
    assert out.keys() <= owed
    assert {one.details.overdue_id for one in messages if one.status == "pending"} <= owed - void(facts)


@given(LIVES)
@LAW
def test_every_lateness_that_holds_has_its_letter(number: int) -> None:
    """And no outcome of an attempt makes another letter necessary: nothing is decided after the last ones here."""
    facts = life(number)
    gone = void(facts)
    dates = {one.due for one in required(facts).values() if not one.covered_by and one.overdue_id not in gone}
    assert dates <= {fact.data.due for fact in facts if isinstance(fact.data, LetterIssued)}
    known = {fact.id for fact in facts}
    assert not [one for one in SERVICE.decide(SERVICE.fold(facts), START).events if one.id not in known]


@given(LIVES)
@LAW
def test_an_apology_is_withdrawn_if_it_went_out_for_nothing(number: int) -> None:
    facts = life(number)
    messages = SERVICE.fold(facts).messages
    out = {one.details.overdue_id for one in messages if one.template == "apology" and one.is_out}
    wanted = [one.details.overdue_id for one in messages if one.template == WITHDRAWAL and one.status != "dropped"]
    withdrawn = {fact.data.overdue_id for fact in facts if isinstance(fact.data, ApologyWithdrawn)}
    assert sorted(wanted) == sorted(withdrawn & out)


@given(LIVES)
@LAW
def test_what_may_have_arrived_is_not_sent_again_by_itself(number: int) -> None:
    facts = life(number)
    state = SERVICE.fold(facts)
    asked = [effect.order for effect in SERVICE.decide(state, START + timedelta(days=400)).effects]
    ordered = {order.message_id for order in asked if isinstance(order, Order)}
    assert not ordered & {one.id for one in state.messages if one.is_out}


@given(LIVES)
@LAW
def test_a_doubt_that_no_carrier_answered_stands(number: int) -> None:
    """Whatever else failed on our own side; and so no other attempt is made."""
    facts = life(number)
    status = {message.id: message.status for message in SERVICE.fold(facts).messages}
    said = [fact.data for fact in facts if isinstance(fact.data, NotificationSent | NotificationFailed)]
    answered = {(data.message_id, data.attempt) for data in said if not getattr(data, "ours", False)}
    for doubt in [fact.data for fact in facts if isinstance(fact.data, NotificationDoubtful)]:
        if (doubt.message_id, doubt.attempt) not in answered:
            assert status[doubt.message_id] == "doubtful"


@given(LIVES)
@LAW
def test_what_is_asked_for_again_is_one_more_message_of_its_own(number: int) -> None:
    facts = life(number)
    asked = {fact.data.message_id for fact in facts if isinstance(fact.data, ResendRequested)}
    repeats = [one.repeats for one in SERVICE.fold(facts).messages if one.repeats]
    assert sorted(repeats) == sorted(asked)
