import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.envelope import AnyEvent, event_id
from contracts.intake import DossierWithdrawn
from contracts.notify import (
    LetterIssued,
    NotificationDoubtful,
    NotificationFailed,
    NotificationSent,
    ResendRequested,
)
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.sla import WHOLE, DossierDueSoon, DossierOverdue, DossierOverdueRetracted, DossierRescheduled
from domain.worktime import Lines
from services.notify import rules
from services.notify.decide import Order
from services.notify.service import service
from tests.examples import examples
from tests.given import comes_back, interleaved, told, told_in_order

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
SERVICE = service()
Make = Callable[..., AnyEvent]


@pytest.fixture(autouse=True, scope="module")
def _from_the_first_day() -> Iterator[None]:
    """The rules of later days count in these lives, too."""
    with patch.object(rules, "TELLS_MORE", START):
        yield


LAW = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def story(make: Make, received: AnyEvent, rng: random.Random) -> list[AnyEvent]:
    """What may happen to one dossier: some of it, at any times."""
    late = [overdue(make, rng.choice([8, 16, 80]), again) for again in range(rng.randint(0, 4))]
    taken_back = [
        make(DossierOverdueRetracted(deadline=WHOLE, due=one.data.due, overdue_id=one.id), rng.randint(0, 90), one.id)
        for one in late
        if rng.random() < 0.5
    ]
    given = [new_date(make, one, rng) for one in late if one.data.rescheduled or rng.random() < 0.3]
    if rng.random() < 0.3:
        given.append(rescheduled(make, START + timedelta(hours=8), kind="calendar"))
    moves = rng.sample([60, 70, 80], rng.randint(0, 2))  # each moves the date further
    given += [pause_over(make, hours, rng.choice(["", *(one.id for one in late)])) for hours in moves]
    rest = [
        make(DossierSuspended(cause="payment", step="a", agency="H29.02", amount=5), rng.randint(0, 90)),
        make(DossierCompleted(outcome="granted", agency="H29.02"), rng.randint(0, 90)),
        make(DossierWithdrawn(), rng.randint(0, 90)),
        make(DossierDueSoon(deadline=WHOLE, due=START + timedelta(hours=8), agency="H29.02"), rng.randint(0, 8)),
    ]
    return [received, *late, *taken_back, *given, *rng.sample(rest, rng.randint(0, 4)), *again(make, late, rng)]


def again(make: Make, late: list[AnyEvent], rng: random.Random) -> list[AnyEvent]:
    """Somebody wants an apology to be sent once more."""
    asked = [one for one in late if rng.random() < 0.2]
    return [
        make(ResendRequested(message_id=apology(one), by="CB-1", why="lost"), rng.randint(0, 90), one.id)
        for one in asked
    ]


def apology(late: AnyEvent) -> str:
    return event_id("message", late.subject, "apology", late.id)


def overdue(make: Make, hours: int, again: int) -> AnyEvent:
    due, promised = START + timedelta(hours=hours), again % 2 == 0
    return make(DossierOverdue(deadline=WHOLE, due=due, agency="H29.02", rescheduled=promised), hours, again)


def new_date(make: Make, late: AnyEvent, rng: random.Random) -> AnyEvent:
    """One given for a lateness: with it as it should be, or, where it was not promised, at any time."""
    at = late.time if late.data.rescheduled else START + timedelta(hours=rng.randint(0, 90))
    return rescheduled(make, late.data.due, overdue_id=late.id, time=at)


def pause_over(make: Make, hours: int, overdue_id: str) -> AnyEvent:
    old = START + timedelta(hours=hours)
    return rescheduled(make, old, kind="pause", waited_for="payment", overdue_id=overdue_id, time=old)


def rescheduled(make: Make, old: datetime, *, time: datetime = START, **given: Any) -> AnyEvent:
    common = {"old_date": old, "new_date": old + timedelta(hours=48), "cause": "Đo đạc lại", "agency": "H29.02"}
    why = Lines(vi=("một dòng",), en=("a line",))
    data = DossierRescheduled.model_validate({**common, "working_out": why, **given})
    return make(data, 0, old, sorted(given.items()), time=time)


def lived(make: Make, causes: list[AnyEvent], rng: random.Random) -> list[AnyEvent]:
    """All facts after the causes arrived in any order, carriers did as they liked, and time passed."""
    facts = list[AnyEvent]()
    now = START + timedelta(hours=rng.choice([-1000, 0, 100]))
    for cause in [*rng.sample(causes, len(causes)), *[None] * rng.randint(0, 40)]:
        facts += [cause] if cause else []
        now += timedelta(minutes=rng.choice([0, 1, 30, 600]))
        decision = SERVICE.decide(SERVICE.fold(facts), now)
        known = {fact.identity for fact in facts}
        facts += [one for one in decision.events if one.identity not in known]
        told = [effect.order for effect in decision.effects if isinstance(effect.order, Order)]
        outcomes = [outcome(make, order, now, rng) for order in told if rng.random() < 0.9]
        doubts = [one for one in outcomes if isinstance(one.data, NotificationDoubtful)]
        facts += outcomes + [answer(make, one, now, rng) for one in doubts if rng.random() < 0.4]
    return facts


def answer(make: Make, doubt: AnyEvent, now: datetime, rng: random.Random) -> AnyEvent:
    """A carrier answers late."""
    data = doubt.data
    common: dict[str, Any] = {"message_id": data.message_id, "template": data.template, "attempt": data.attempt}
    late, unique = now + timedelta(minutes=rng.randint(0, 10)), (0, data.message_id, data.attempt)
    if rng.random() < 0.5:
        return make(NotificationSent(medium="email", **common), *unique, time=late)
    failed = NotificationFailed(medium="email", error="smtp: 550", final=False, moves_on=True, **common)
    return make(failed, *unique, time=late)


def outcome(make: Make, order: Order, now: datetime, rng: random.Random) -> AnyEvent:
    common: dict[str, Any] = {"message_id": order.message_id, "template": order.template, "attempt": order.attempt}
    unique = (0, order.message_id, order.attempt)
    if rng.random() < 0.5:
        return make(NotificationSent(medium="email", **common), *unique, time=now)
    if rng.random() < 0.2:
        return make(NotificationDoubtful(medium="email", error="smtp: late", **common), *unique, time=now)
    if rng.random() < 0.2:
        gone = NotificationFailed(medium="email", error="smtp: 550", final=False, moves_on=True, **common)
        return make(gone, *unique, time=now)
    final = order.last or rng.random() < 0.2
    return make(NotificationFailed(medium="sms", error="sms: HTTP 500", final=final, **common), *unique, time=now)


def text(facts: list[AnyEvent]) -> str:
    return json.dumps(SERVICE.dump(SERVICE.fold(facts)))


@given(st.randoms(use_true_random=False))
@LAW
def test_arrival_order_and_repeats_do_not_matter(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    repeated = facts + rng.choices(facts, k=rng.randint(0, 10))
    rng.shuffle(repeated)
    assert text(repeated) == text(facts)


@given(st.randoms(use_true_random=False))
@LAW
def test_nothing_is_said_twice(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    sent = Counter(fact.data.message_id for fact in facts if isinstance(fact.data, NotificationSent))
    letters = Counter(fact.data.overdue_id for fact in facts if isinstance(fact.data, LetterIssued))
    assert set(sent.values()) <= {1}
    assert set(letters.values()) <= {1}


@given(st.randoms(use_true_random=False))
@LAW
def test_a_stored_state_comes_back_as_it_was(event: Make, received: AnyEvent, rng: random.Random) -> None:
    assert comes_back(SERVICE, lived(event, story(event, received, rng), rng))


@given(st.randoms(use_true_random=False))
@LAW
def test_own_events_may_be_folded_before_or_after_what_others_say(
    event: Make, received: AnyEvent, rng: random.Random
) -> None:
    facts = lived(event, story(event, received, rng), rng)
    mixed = interleaved(SERVICE, facts, lambda: rng.random() < 0.5)
    assert told_in_order(SERVICE, mixed) == told(SERVICE, facts)


@given(st.randoms(use_true_random=False))
@LAW
def test_a_promised_new_date_stands_in_the_letter(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    promised = {fact.id for fact in facts if isinstance(fact.data, DossierOverdue) and fact.data.rescheduled}
    letters = [fact.data for fact in facts if isinstance(fact.data, LetterIssued)]
    assert all(one.rescheduled_id and one.new_date for one in letters if one.overdue_id in promised)


@given(st.randoms(use_true_random=False))
@LAW
def test_every_new_date_that_holds_is_told(event: Make, received: AnyEvent, rng: random.Random) -> None:
    """By a letter or by a notice; by neither only where the lateness was none, or another new date holds by now."""
    facts = lived(event, story(event, received, rng), rng)
    state = SERVICE.fold(facts)
    retracted = {fact.data.overdue_id for fact in facts if isinstance(fact.data, DossierOverdueRetracted)}
    told = {one.rescheduled_id for one in state.lettered}
    told |= {one.cause.id for one in state.messages if one.cause and one.status != "dropped"}
    given = [fact for fact in facts if isinstance(fact.data, DossierRescheduled)]
    told_for = {fact.data.old_date for fact in given if fact.id in told}
    moved = [fact for fact in given if fact.data.kind != "late" and fact.data.overdue_id not in retracted]
    last = max((fact.data.new_date for fact in moved), default=START)
    for fact in given:
        outdated = fact in moved and fact.data.new_date < last
        assert fact.id in told or fact.data.overdue_id in retracted or fact.data.old_date in told_for or outdated


@given(st.randoms(use_true_random=False))
@LAW
def test_of_dates_moved_without_lateness_only_the_last_waits_to_be_told(
    event: Make, received: AnyEvent, rng: random.Random
) -> None:
    facts = lived(event, story(event, received, rng), rng)
    moved = {one.id for one in facts if isinstance(one.data, DossierRescheduled) and one.data.kind != "late"}
    pending = [one for one in SERVICE.fold(facts).messages if one.status == "pending" and one.cause]
    assert len([one for one in pending if one.cause and one.cause.id in moved]) <= 1


@given(st.randoms(use_true_random=False))
@LAW
def test_one_missed_date_is_apologised_for_once(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    messages = [one for one in SERVICE.fold(facts).messages if one.is_out and not one.repeats]
    sent = Counter(one.details.due for one in messages if one.template == "apology")
    withdrawn = Counter(one.details.due for one in messages if one.template == "apology-withdrawn")
    letters = Counter(fact.data.due for fact in facts if isinstance(fact.data, LetterIssued))
    assert all(count <= 1 + withdrawn[due] for due, count in sent.items())
    assert max(letters.values(), default=0) <= 1


@given(st.randoms(use_true_random=False))
@LAW
def test_every_lateness_that_holds_has_its_letter(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    state = SERVICE.fold(facts)
    retracted = {fact.data.overdue_id for fact in facts if isinstance(fact.data, DossierOverdueRetracted)}
    standing = [fact for fact in facts if isinstance(fact.data, DossierOverdue) and fact.id not in retracted]
    late = {fact.data.due for fact in standing}
    assert state.letters >= len(late)
    assert not [one for one in SERVICE.decide(state, START).events if one.id not in {fact.id for fact in facts}]


@given(st.randoms(use_true_random=False))
@LAW
def test_an_apology_is_withdrawn_once_if_it_went_out_for_nothing(
    event: Make, received: AnyEvent, rng: random.Random
) -> None:
    """And not while it stands for a date that was missed in its place."""
    facts = lived(event, story(event, received, rng), rng)
    state = SERVICE.fold(facts)
    retracted = {fact.data.overdue_id for fact in facts if isinstance(fact.data, DossierOverdueRetracted)}
    overdues = {fact.id for fact in facts if isinstance(fact.data, DossierOverdue)}
    out = {one.cause.id for one in state.messages if one.template == "apology" and one.is_out and one.cause}
    wanted = [one for one in state.messages if one.template == "apology-withdrawn" and one.status != "dropped"]
    assert {one.details.overdue_id for one in wanted} <= retracted & out
    assert len(wanted) == len({one.details.overdue_id for one in wanted})
    if not overdues - retracted:
        assert {one.details.overdue_id for one in wanted} == retracted & out


@given(st.randoms(use_true_random=False))
@LAW
def test_what_may_have_arrived_is_not_sent_again_by_itself(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    state = SERVICE.fold(facts)
    asked = [effect.order for effect in SERVICE.decide(state, START + timedelta(days=400)).effects]
    ordered = {order.message_id for order in asked if isinstance(order, Order)}
    assert not ordered & {one.id for one in state.messages if one.is_out}


@given(st.randoms(use_true_random=False))
@LAW
def test_what_is_asked_for_again_is_one_more_message_of_its_own(
    event: Make, received: AnyEvent, rng: random.Random
) -> None:
    facts = lived(event, story(event, received, rng), rng)
    asked = {fact.data.message_id for fact in facts if isinstance(fact.data, ResendRequested)}
    repeats = [one.repeats for one in SERVICE.fold(facts).messages if one.repeats]
    assert sorted(repeats) == sorted(asked)
