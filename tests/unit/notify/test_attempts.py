"""What becomes of a message: sent, tried again after a while, given up."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.core.decision import Decision, Timer
from contracts.envelope import AnyEvent
from contracts.notify import NotificationFailed
from contracts.routing import DossierCompleted
from services.notify.decide import Order, decide
from services.notify.rules import Rules
from tests.unit.notify.telling import DUE, LATER, START, Make, fold, orders, outcome


def test_what_was_sent_is_not_sent_again(event: Make, received: AnyEvent) -> None:
    (receipt,) = orders(fold(received))
    state = fold(received, outcome(receipt, event))
    assert (orders(state, DUE), state.sent, state.pending) == ([], 1, 0)


def test_sent_stays_sent_whatever_another_instance_met(event: Make, received: AnyEvent) -> None:
    (receipt,) = orders(fold(received))
    failed = outcome(replace(receipt, attempt=2), event, sent=False, final=True)
    state = fold(received, outcome(receipt, event), failed)
    assert (orders(state, DUE), state.sent, state.failed) == ([], 1, 0)


def test_an_outcome_may_be_told_by_an_earlier_clock_than_its_cause(event: Make, received: AnyEvent) -> None:
    completed = event(DossierCompleted(outcome="granted", agency="H29.02"), 1000)
    told = orders(fold(received, completed))
    state = fold(received, completed, *(outcome(order, event, hours=-5) for order in told))
    assert (orders(state), state.sent, state.pending) == ([], 2, 0)


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [
        (1, timedelta(minutes=1)),
        (2, timedelta(minutes=5)),
        (3, timedelta(minutes=30)),
        (4, timedelta(hours=2)),
        (5, timedelta(hours=8)),
    ],
)
def test_the_wait_grows(attempts: int, wait: timedelta, event: Make, received: AnyEvent) -> None:
    (receipt,) = orders(fold(received))
    failures = [outcome(replace(receipt, attempt=n), event, sent=False, hours=n) for n in range(1, attempts + 1)]
    state, again = fold(received, *failures), START + timedelta(hours=attempts) + wait
    early = decide(state, again - timedelta(microseconds=1))
    assert (early.effects, early.timer) == ((), Timer(again))
    (order,) = orders(state, again)
    assert (order.attempt, order.last) == (attempts + 1, attempts == 5)


def unanswered(order: Order, make: Make, attempt: int, hours: float) -> AnyEvent:
    common: dict[str, Any] = {"message_id": order.message_id, "template": order.template, "attempt": attempt}
    return make(
        NotificationFailed(medium="counter", error="contacts: x", final=False, ours=True, **common), hours, order
    )


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (50, 15)])
def test_while_our_own_service_does_not_answer_no_attempt_is_the_last(
    attempts: int, minutes: int, event: Make, received: AnyEvent
) -> None:
    (receipt,) = orders(fold(received))
    state = fold(received, *(unanswered(receipt, event, n, n) for n in range(1, attempts + 1)))
    again = START + timedelta(hours=attempts, minutes=minutes)
    assert decide(state, again - timedelta(microseconds=1)).timer == Timer(again)
    (order,) = orders(state, again)
    assert (order.attempt, order.last) == (attempts + 1, False)


def test_an_outage_of_ours_takes_no_attempt_with_the_carrier(event: Make, received: AnyEvent) -> None:
    (receipt,) = orders(fold(received))
    failures = [unanswered(receipt, event, 1, 1), unanswered(receipt, event, 2, 2)]
    for n in range(3, 8):
        (order,) = orders(fold(received, *failures), LATER)
        assert (order.attempt, order.last) == (n, False)
        failures.append(outcome(order, event, sent=False, hours=n))
    (order,) = orders(fold(received, *failures), LATER)
    assert (order.attempt, order.last) == (8, True)


def test_a_final_failure_ends_it(event: Make, received: AnyEvent) -> None:
    (receipt,) = orders(fold(received))
    state = fold(received, outcome(receipt, event, sent=False, final=True))
    assert (decide(state, DUE), state.failed) == (Decision(), 1)


def test_fewer_attempts_after_a_change_of_rules_still_come_to_an_end(event: Make, received: AnyEvent) -> None:
    (receipt,) = orders(fold(received))
    failures = [outcome(replace(receipt, attempt=n), event, sent=False, hours=n) for n in (1, 2, 3)]
    (effect,) = decide(fold(received, *failures), DUE, Rules(backoff=(timedelta(minutes=1),))).effects
    assert isinstance(effect.order, Order)
    assert effect.order.last
