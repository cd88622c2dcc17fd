"""What follows when a medium is given up, when an answer is lost, and when somebody wants a message once more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.core.decision import Timer
from contracts import rule_days
from contracts.envelope import AnyEvent
from contracts.notify import NotificationDoubtful, NotificationFailed, ResendRequested
from services.notify import rules
from services.notify.decide import Inquiry, Order, decide
from services.notify.rules import PATIENT
from services.notify.service import service
from services.notify.state import State
from tests.unit.notify.telling import DUE, LATER, START, Make, fold, orders, outcome, required, withdrawn


@pytest.fixture
def in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of `rule_days.ANY_RECORD` count from the start of these lives."""
    monkeypatch.setattr(rules, "TELLS_MORE", START)


def failed(order: Order, make: Make, medium: Any, hours: float = 10, **given: Any) -> AnyEvent:
    common = {"message_id": order.message_id, "template": order.template, "attempt": order.attempt}
    data = NotificationFailed(medium=medium, error="smtp: 550", **{"final": False, **common, **given})
    return make(data, hours, order, "failed")


def doubtful(order: Order, make: Make, hours: float = 10) -> AnyEvent:
    common: dict[str, Any] = {"message_id": order.message_id, "template": order.template, "attempt": order.attempt}
    return make(NotificationDoubtful(medium="email", error="smtp: late", **common), hours, order, "doubtful")


def asked_again(message_id: str, make: Make, hours: float = 20) -> AnyEvent:
    return make(ResendRequested(message_id=message_id, by="CB-1", why="lost"), hours, message_id)


def test_a_medium_that_is_given_up_is_followed_by_the_next_at_once_and_its_attempts_do_not_count(
    event: Make, received: AnyEvent
) -> None:
    (first,) = orders(fold(received))
    state = fold(received, failed(first, event, "email", moves_on=True))
    (second,) = orders(state, START)
    assert (second.attempt, second.given_up, second.last, state.failed) == (2, ("email",), False, 0)
    tried = failed(second, event, "sms", 11)
    (third,) = orders(fold(received, failed(first, event, "email", moves_on=True), tried), LATER)
    assert (third.attempt, third.given_up, third.last) == (3, ("email",), False)


def test_a_doubtful_message_is_asked_after_for_eleven_minutes_and_never_ordered_again(
    event: Make, received: AnyEvent
) -> None:
    (order,) = orders(fold(received))
    told_at = START + timedelta(hours=10)
    state = fold(received, doubtful(order, event))
    decision = decide(state, told_at + timedelta(minutes=10))
    assert [one.order for one in decision.effects] == [Inquiry(order.message_id, 1, wanted=True)]
    assert decision.timer == Timer(told_at)
    assert (state.doubtful, state.pending) == (1, 0)
    over = decide(state, told_at + PATIENT.answer)
    assert (over.effects, over.timer) == ((), None)


@pytest.mark.parametrize("late_first", [True, False])
def test_a_late_answer_ends_the_doubt(late_first: bool, event: Make, received: AnyEvent) -> None:
    (order,) = orders(fold(received))
    sent = outcome(order, event, hours=9 if late_first else 11)
    assert [one.status for one in fold(received, doubtful(order, event), sent).messages] == ["sent"]
    refused = failed(order, event, "email", 9 if late_first else 11, moves_on=True)
    state = fold(received, doubtful(order, event), refused)
    assert [(one.attempt, one.given_up) for one in orders(state, LATER)] == [(2, ("email",))]


def test_a_failure_of_our_own_answers_no_doubt(event: Make, received: AnyEvent) -> None:
    (order,) = orders(fold(received))
    state = fold(received, doubtful(order, event), failed(order, event, "counter", 11, ours=True))
    assert (state.doubtful, state.pending) == (1, 0)
    assert orders(state, LATER) == []


@pytest.mark.parametrize("failures", [1, 2])
def test_a_failure_of_our_own_hides_no_doubt_that_is_told_later(failures: int, event: Make, received: AnyEvent) -> None:
    """Two processes made the first attempt: one failed before it asked a carrier, the other has no answer."""
    (order,) = orders(fold(received))
    ours = [failed(replace(order, attempt=n), event, "counter", n, ours=True) for n in range(1, failures + 1)]
    state = fold(received, *ours, doubtful(order, event, 10))
    assert (state.doubtful, state.pending) == (1, 0)
    assert orders(state, LATER) == []


def test_a_failure_of_our_own_at_the_next_attempt_ends_no_doubt(event: Make, received: AnyEvent) -> None:
    """The next attempt was begun before the other process told of its doubt."""
    (order,) = orders(fold(received))
    first = failed(order, event, "counter", 9, ours=True)
    second = failed(replace(order, attempt=2), event, "counter", 11, ours=True)
    facts = [received, first, doubtful(order, event, 10), second]
    assert (fold(*facts).doubtful, fold(*facts).pending) == (1, 0)
    answered = fold(*facts, outcome(order, event, hours=12))
    assert (answered.doubtful, answered.sent) == (0, 1)


def test_a_doubt_that_is_told_after_the_carriers_failure_is_none(event: Make, received: AnyEvent) -> None:
    (order,) = orders(fold(received))
    state = fold(received, failed(order, event, "email", 10, moves_on=True), doubtful(order, event, 11))
    assert (state.doubtful, state.pending) == (0, 1)


def test_what_is_asked_for_again_is_a_message_of_its_own_once(event: Make, received: AnyEvent) -> None:
    (order,) = orders(fold(received))
    facts = [received, failed(order, event, "counter", final=True), asked_again(order.message_id, event)]
    (again,) = orders(fold(*facts), LATER)
    assert (again.template, again.attempt, again.details) == (order.template, 1, order.details)
    assert again.message_id != order.message_id
    assert len(orders(fold(*facts, asked_again(order.message_id, event, 30)), LATER)) == 1
    sent = outcome(again, event, hours=21)
    assert orders(fold(*facts, sent, asked_again(order.message_id, event, 30)), LATER) == []
    assert len(orders(fold(*facts, sent, asked_again(again.message_id, event, 30)), LATER)) == 1


def test_what_nobody_knows_of_can_not_be_asked_for(event: Make, received: AnyEvent) -> None:
    assert len(fold(received, asked_again("no-such-message", event)).messages) == 1


def apologised(
    event: Make, received: AnyEvent, result: Callable[..., AnyEvent] = outcome
) -> tuple[AnyEvent, list[AnyEvent]]:
    """A dossier whose apology went out, or may have."""
    late = event(required(), 8)
    state = fold(received, late)
    facts = [received, late, *decide(state, DUE).events]
    told = [(result if order.template == "apology" else outcome)(order, event) for order in orders(state)]
    return late, [*facts, *told]


@pytest.mark.usefixtures("in_force")
@pytest.mark.parametrize("result", [outcome, doubtful])
def test_an_apology_that_went_out_for_nothing_is_withdrawn_once(
    result: Callable[..., AnyEvent], event: Make, received: AnyEvent
) -> None:
    late, facts = apologised(event, received, result)
    facts.append(event(withdrawn(late), 12))
    (order,) = orders(fold(*facts), LATER)
    assert (order.template, order.details.due, order.details.agency) == ("apology-withdrawn", DUE, "H29.02")
    assert orders(fold(*facts, outcome(order, event, hours=13)), LATER) == []


@pytest.mark.usefixtures("in_force")
def test_an_apology_that_never_went_out_is_not_withdrawn(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    facts = [received, late, event(withdrawn(late), 12)]
    assert [one.template for one in orders(fold(*facts), LATER)] == ["receipt"]


@pytest.mark.usefixtures("in_force")
def test_an_apology_that_is_out_covers_another_missed_date(event: Make, received: AnyEvent) -> None:
    late, facts = apologised(event, received)
    again = event(required(16, covered_by=late.data.overdue_id), 16)
    assert orders(fold(*facts, again), LATER) == []


@pytest.mark.usefixtures("in_force")
def test_after_a_withdrawal_another_missed_date_is_apologised_for_with_a_letter_of_its_own(
    event: Make, received: AnyEvent
) -> None:
    late, facts = apologised(event, received)
    facts.append(event(withdrawn(late), 12))
    facts += [outcome(order, event, hours=13) for order in orders(fold(*facts), LATER)]
    facts.append(event(required(16), 16))
    state: State = fold(*facts)
    assert [one.template for one in orders(state, LATER)] == ["apology"]
    known = {fact.identity for fact in facts}
    assert [one.data.due for one in decide(state, LATER).events if one.identity not in known] == [
        START + timedelta(hours=16)
    ]


def test_before_the_day_of_the_rule_no_apology_is_withdrawn(event: Make, received: AnyEvent) -> None:
    late, facts = apologised(event, received)
    assert rules.TELLS_MORE == rule_days.ANY_RECORD
    assert orders(fold(*facts, event(withdrawn(late), 12)), LATER) == []


@pytest.mark.usefixtures("in_force")
def test_the_attempt_of_a_dropped_apology_is_asked_after(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    back = event(withdrawn(late), 9)
    found = decide(service().fold([received, late, back]), START + timedelta(hours=9, minutes=5))
    assert [one.order.wanted for one in found.effects if isinstance(one.order, Inquiry)] == [False]
    over = decide(service().fold([received, late, back]), START + timedelta(hours=10))
    assert not [one for one in over.effects if isinstance(one.order, Inquiry)]
