import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.envelope import AnyEvent
from contracts.intake import DossierWithdrawn
from contracts.notify import LetterIssued, NotificationFailed, NotificationSent
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.sla import WHOLE, DossierOverdue, DossierOverdueRetracted
from services.notify.decide import Order
from services.notify.handlers import service

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
SERVICE = service()
Make = Callable[..., AnyEvent]


def story(make: Make, received: AnyEvent, rng: random.Random) -> list[AnyEvent]:
    """What may happen to one dossier: some of it, at any times."""
    late = [overdue(make, rng.choice([8, 16, 80]), again) for again in range(rng.randint(0, 4))]
    taken_back = [
        make(DossierOverdueRetracted(deadline=WHOLE, due=one.data.due, overdue_id=one.id), rng.randint(0, 90), one.id)
        for one in late
        if rng.random() < 0.5
    ]
    rest = [
        make(DossierSuspended(cause="payment", step="a", agency="H29.02", amount=5), rng.randint(0, 90)),
        make(DossierCompleted(outcome="granted", agency="H29.02"), rng.randint(0, 90)),
        make(DossierWithdrawn(), rng.randint(0, 90)),
    ]
    return [received, *late, *taken_back, *rng.sample(rest, rng.randint(0, 3))]


def overdue(make: Make, hours: int, again: int) -> AnyEvent:
    return make(DossierOverdue(deadline=WHOLE, due=START + timedelta(hours=hours), agency="H29.02"), hours, again)


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
        facts += [outcome(make, order, now, rng) for order in told if rng.random() < 0.9]
    return facts


def outcome(make: Make, order: Order, now: datetime, rng: random.Random) -> AnyEvent:
    common: dict[str, Any] = {"message_id": order.message_id, "template": order.template, "attempt": order.attempt}
    unique = (0, order.message_id, order.attempt)
    if rng.random() < 0.5:
        return make(NotificationSent(medium="email", **common), *unique, time=now)
    final = order.last or rng.random() < 0.2
    return make(NotificationFailed(medium="sms", error="sms: HTTP 500", final=final, **common), *unique, time=now)


def text(facts: list[AnyEvent]) -> str:
    return json.dumps(SERVICE.dump(SERVICE.fold(facts)))


@given(st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arrival_order_and_repeats_do_not_matter(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    repeated = facts + rng.choices(facts, k=rng.randint(0, 10))
    rng.shuffle(repeated)
    assert text(repeated) == text(facts)


@given(st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_said_twice(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    sent = Counter(fact.data.message_id for fact in facts if isinstance(fact.data, NotificationSent))
    letters = Counter(fact.data.overdue_id for fact in facts if isinstance(fact.data, LetterIssued))
    assert set(sent.values()) <= {1}
    assert set(letters.values()) <= {1}


@given(st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_lateness_that_holds_has_its_letter(event: Make, received: AnyEvent, rng: random.Random) -> None:
    facts = lived(event, story(event, received, rng), rng)
    state = SERVICE.fold(facts)
    retracted = {fact.data.overdue_id for fact in facts if isinstance(fact.data, DossierOverdueRetracted)}
    standing = [fact for fact in facts if isinstance(fact.data, DossierOverdue) and fact.id not in retracted]
    late = {fact.data.due for fact in standing}
    assert state.letters >= len(late)
    assert not [one for one in SERVICE.decide(state, START).events if one.id not in {fact.id for fact in facts}]
