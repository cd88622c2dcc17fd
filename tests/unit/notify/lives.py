"""Lives of one dossier as notify sees it: the other services tell it in any order, and carriers do as they like."""

import random
from datetime import datetime, timedelta
from typing import Any

from contracts.envelope import AnyEvent, event_id
from contracts.intake import DossierWithdrawn
from contracts.notify import NotificationDoubtful, NotificationFailed, NotificationSent, ResendRequested
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.sla import (
    WHOLE,
    ApologyRequired,
    ApologyWithdrawn,
    DossierDueSoon,
    DossierOverdueRetracted,
    DossierRescheduled,
)
from domain.worktime import Lines
from services.notify.decide import Order
from services.notify.service import service
from tests.unit.notify.telling import START, Make

SERVICE = service()


def story(make: Make, received: AnyEvent, rng: random.Random) -> list[AnyEvent]:
    """What may happen to one dossier: some of it, at any times."""
    told, overdue_ids = lateness(make, rng)
    given = [rescheduled(make, START + timedelta(hours=8), kind="calendar")] if rng.random() < 0.3 else []
    moves = rng.sample([60, 70, 80], rng.randint(0, 2))  # each moves the date further
    given += [pause_over(make, hours, rng.choice(["", *overdue_ids])) for hours in moves]
    rest = [
        make(DossierSuspended(cause="payment", step="a", agency="H29.02", amount=5), rng.randint(0, 90)),
        make(DossierCompleted(outcome="granted", agency="H29.02"), rng.randint(0, 90)),
        make(DossierWithdrawn(), rng.randint(0, 90)),
        make(DossierDueSoon(deadline=WHOLE, due=START + timedelta(hours=8), agency="H29.02"), rng.randint(0, 8)),
    ]
    return [received, *told, *given, *rng.sample(rest, rng.randint(0, 4)), *again(make, overdue_ids, rng)]


def lateness(make: Make, rng: random.Random) -> tuple[list[AnyEvent], list[str]]:
    """Dates that are missed, retracted and missed again, with the apologies that sla says, as it says them.

    An apology whose date does not count as missed any more covers the next one that is missed, unless it was withdrawn
    before; where no other is missed, it is withdrawn in the end.
    """
    told, overdue_ids, free = list[AnyEvent](), list[str](), list[AnyEvent]()
    for number in range(rng.randint(0, 4)):
        if free and rng.random() < 0.3:
            told.append(withdrawal(make, free.pop(), rng))
        covering = free.pop() if free else None
        missed = missed_date(make, number, covering, rng)
        told += missed
        apology_of_it = missed[0]
        overdue_ids.append(apology_of_it.data.overdue_id)
        if rng.random() < 0.5:
            told.append(retraction(make, apology_of_it, rng))
            free.append(covering or apology_of_it)
    return [*told, *(withdrawal(make, one, rng) for one in free)], overdue_ids


def missed_date(make: Make, number: int, covering: AnyEvent | None, rng: random.Random) -> list[AnyEvent]:
    """A missed date's apology, and the new date that was given with it, later, or not at all."""
    hours = rng.choice([8, 16, 80])
    due, overdue_id = START + timedelta(hours=hours), f"overdue-{number}"
    with_it, later = rng.choice([(True, False), (False, True), (False, False)])
    at = due if with_it else due + timedelta(hours=rng.randint(1, 90))
    given = [rescheduled(make, due, overdue_id=overdue_id, time=at)] if with_it or later else []
    new: dict[str, Any] = {"covered_by": covering.data.overdue_id if covering else ""}
    if with_it:
        new |= {"rescheduled_id": given[0].id, "new_date": given[0].data.new_date, "cause": given[0].data.cause}
    return [make(ApologyRequired(overdue_id=overdue_id, due=due, agency="H29.02", **new), hours, number), *given]


def retraction(make: Make, late: AnyEvent, rng: random.Random) -> AnyEvent:
    overdue_id = late.data.overdue_id
    data = DossierOverdueRetracted(deadline=WHOLE, due=late.data.due, overdue_id=overdue_id)
    return make(data, rng.randint(0, 90), overdue_id)


def withdrawal(make: Make, late: AnyEvent, rng: random.Random) -> AnyEvent:
    overdue_id = late.data.overdue_id
    data = ApologyWithdrawn(overdue_id=overdue_id, due=late.data.due, agency="H29.02")
    return make(data, rng.randint(0, 90), overdue_id)


def again(make: Make, overdue_ids: list[str], rng: random.Random) -> list[AnyEvent]:
    """Somebody wants an apology to be sent once more."""
    asked = [apology(overdue_id) for overdue_id in overdue_ids if rng.random() < 0.2]
    return [make(ResendRequested(message_id=one, by="CB-1", why="lost"), rng.randint(0, 90), one) for one in asked]


def apology(overdue_id: str) -> str:
    return event_id("message", "H29.16-260105-0001", "apology", overdue_id)


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
    for cause in [*in_any_order(causes, rng), *[None] * rng.randint(0, 40)]:
        facts += [cause] if cause else []
        now += timedelta(minutes=rng.choice([0, 1, 30, 600]))
        decision = SERVICE.decide(SERVICE.fold(facts), now)
        known = {fact.identity for fact in facts}
        facts += [one for one in decision.events if one.identity not in known]
        told = [effect.order for effect in decision.effects if isinstance(effect.order, Order)]
        outcomes = [outcome(make, order, now, rng) for order in told if rng.random() < 0.9]
        doubts = [one for one in outcomes if isinstance(one.data, NotificationDoubtful)]
        facts += outcomes + [follow(make, doubt, now, rng) for doubt in doubts if rng.random() < 0.6]
    return facts


def in_any_order(causes: list[AnyEvent], rng: random.Random) -> list[AnyEvent]:
    """Events of several topics come in any order; of one topic, what an apology covers comes after the apology."""
    order = rng.sample(causes, len(causes))
    places = [place for place, cause in enumerate(order) if isinstance(cause.data, ApologyRequired)]
    in_turn = sorted((order[place] for place in places), key=lambda apology: bool(apology.data.covered_by))
    for place, apology in zip(places, in_turn, strict=True):
        order[place] = apology
    return order


def follow(make: Make, doubt: AnyEvent, now: datetime, rng: random.Random) -> AnyEvent:
    """What else is told of an attempt in doubt, mostly the carrier's answer."""
    return ours(make, doubt, now, rng) if rng.random() < 0.3 else answer(make, doubt, now, rng)


def ours(make: Make, doubt: AnyEvent, now: datetime, rng: random.Random) -> AnyEvent:
    """Another process made the same attempt and failed before it asked the carrier; its clock is another one, too."""
    data = doubt.data
    failed = NotificationFailed(
        message_id=data.message_id,
        template=data.template,
        medium="counter",
        attempt=data.attempt,
        error="contacts: no answer",
        final=False,
        ours=True,
    )
    return make(failed, 0, data.message_id, data.attempt, time=now + timedelta(seconds=rng.randint(-60, 60)))


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
