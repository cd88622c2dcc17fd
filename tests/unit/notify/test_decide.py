from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.core.decision import Decision, Timer
from contracts.claims import ClockTicked
from contracts.envelope import AnyEvent, Payload
from contracts.intake import DossierRefused, DossierSupplementRequested, DossierWithdrawn
from contracts.notify import LetterIssued, NotificationFailed, NotificationSent
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.sla import (
    WHOLE,
    ApologyRequired,
    ApologyWithdrawn,
    DossierDueSoon,
    DossierOverdue,
    DossierOverdueRetracted,
    DossierRescheduled,
)
from domain.worktime import Lines
from services.notify.decide import Order, decide
from services.notify.rules import Rules
from services.notify.service import service
from services.notify.state import State

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
DUE = START + timedelta(hours=8)
LATER = DUE + timedelta(days=9)
ALONE = {
    "submission_id": "H29.16-260105-0001",
    "procedure": "1.001193",
    "receiving_unit": "H29.16",
    "applicant_ref": "person-2",
    "language": "en",
    "reason": "not complete",
}
Make = Callable[..., AnyEvent]


def required(hours: float = 8, again: str = "", **given: Any) -> ApologyRequired:
    """An apology for the date that was missed so many hours after the start."""
    due = START + timedelta(hours=hours)
    return ApologyRequired.model_validate(
        {"overdue_id": f"overdue-{hours:g}{again}", "due": due, "agency": "H29.02", **given}
    )


def new_date(hours: float = 8, **given: Any) -> DossierRescheduled:
    old = START + timedelta(hours=hours)
    common = {"old_date": old, "new_date": old + timedelta(hours=48), "cause": "Đo đạc lại", "agency": "H29.02"}
    return DossierRescheduled.model_validate({**common, **given})


def withdrawn(of: AnyEvent) -> ApologyWithdrawn:
    """The apology was for nothing."""
    told = of.data
    return ApologyWithdrawn(overdue_id=told.overdue_id, due=told.due, agency=told.agency, new_date=told.new_date)


def retraction(of: AnyEvent) -> DossierOverdueRetracted:
    """The overdue that an apology is for was none."""
    return DossierOverdueRetracted(deadline=WHOLE, due=of.data.due, overdue_id=of.data.overdue_id)


def fold(*events: AnyEvent) -> State:
    return service().fold(events)


def orders(state: State, at: datetime = START) -> list[Order]:
    return [one.order for one in decide(state, at).effects if isinstance(one.order, Order)]


def settled(state: State, make: Make, facts: Iterable[AnyEvent], *, sent: bool = True) -> list[AnyEvent]:
    """The facts, with all that decide says and an outcome for all that it orders."""
    outcomes = [outcome(order, make, sent=sent) for order in orders(state)]
    return [*facts, *decide(state, START).events, *outcomes]


def outcome(order: Order, make: Make, *, sent: bool = True, final: bool = False, hours: float = 10) -> AnyEvent:
    common: dict[str, Any] = {"message_id": order.message_id, "template": order.template, "attempt": order.attempt}
    if sent:
        return make(NotificationSent(medium="email", **common), hours, order)
    return make(NotificationFailed(medium="email", error="smtp: 451", final=final, **common), hours, order)


@pytest.mark.parametrize(
    ("data", "template"),
    [
        (DossierSuspended(cause="payment", step="a", agency="H29.02", amount=9), "payment-request"),
        (DossierCompleted(outcome="granted", agency="H29.02"), "completion"),
        (DossierWithdrawn(), "withdrawal"),
        (required(), "apology"),
    ],
)
def test_a_citizen_is_told_of(data: Payload, template: str, event: Make, received: AnyEvent) -> None:
    told = orders(fold(received, event(data, 1)))
    assert [order.template for order in told] == ["receipt", template]
    assert {order.recipient.applicant_ref for order in told} == {"person-1"}


@pytest.mark.parametrize(
    "data",
    [
        DossierSuspended(cause="supplement", step="a", agency="H29.02", missing=("form",)),
        DossierDueSoon(deadline=WHOLE, due=DUE, agency="H29.02"),
        DossierOverdue(deadline=WHOLE, due=DUE, agency="H29.02"),
        ClockTicked(partition=0),
    ],
)
def test_a_citizen_is_not_told_of(data: Payload, event: Make, received: AnyEvent) -> None:
    assert [order.template for order in orders(fold(received, event(data, 1)))] == ["receipt"]


@pytest.mark.parametrize(
    ("data", "template"),
    [
        (DossierRefused(code="not-eligible", **ALONE), "refusal"),
        (DossierSupplementRequested(missing=("form", "photo"), **ALONE), "supplement-request"),
        (DossierWithdrawn.model_validate(ALONE), "withdrawal"),
    ],
)
def test_a_submission_has_its_own_recipient(data: Payload, template: str, event: Make) -> None:
    (order,) = orders(fold(event(data)))
    assert (order.template, order.recipient.applicant_ref, order.recipient.language) == (template, "person-2", "en")


def test_messages_wait_until_it_is_known_whom_to_tell(event: Make, received: AnyEvent) -> None:
    completed = event(DossierCompleted(outcome="granted", agency="H29.02"), 3)
    early = fold(completed)
    assert (orders(early), early.pending, decide(early, START).timer) == ([], 1, None)
    assert len(orders(fold(completed, received))) == 2


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


def test_an_apology_that_is_owed_makes_a_letter(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    (letter,) = decide(fold(received, late), DUE).events
    apology = orders(fold(received, late))[1]
    assert letter.data == LetterIssued(
        letter="apology", message_id=apology.message_id, overdue_id="overdue-8", agency="H29.02", due=DUE
    )
    assert (letter.causationid, letter.source) == (late.id, "/lienthong/notify")
    assert fold(received, late, letter).letters == 1
    assert decide(fold(received, late, letter), DUE).events == ()


def test_an_apology_that_is_withdrawn_at_once_is_never_told(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    state = fold(received, late, event(withdrawn(late), 7))
    assert [order.template for order in orders(state)] == ["receipt"]
    assert (decide(state, DUE).events, state.pending) == ((), 1)


def test_an_apology_that_could_not_be_sent_is_dropped_when_it_is_withdrawn(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    facts = settled(fold(received, late), event, [received, late], sent=False)
    state = fold(*facts, event(withdrawn(late), 7))
    assert [message.status for message in state.messages if message.template != "apology-withdrawn"] == [
        "pending",
        "dropped",
    ]
    assert state.letters == 1, "a letter stays on record"


@pytest.mark.parametrize("sent", [True, False])
def test_a_date_that_an_earlier_apology_covers_has_no_letter_and_no_apology_of_its_own(
    sent: bool, event: Make, received: AnyEvent
) -> None:
    first = event(required(8), 8)
    facts = settled(fold(received, first), event, [received, first], sent=sent)
    state = fold(*facts, event(retraction(first), 7), event(required(16, covered_by="overdue-8"), 16))
    told = [(order.template, order.details.due) for order in orders(state, LATER)]
    assert (decide(state, DUE).events, state.letters) == ((), 1)
    assert told == ([] if sent else [("receipt", DUE), ("apology", DUE)]), "the first one is still to be told"


@pytest.mark.parametrize("covered_first", [False, True])
def test_what_covers_and_what_is_covered_may_be_withdrawn_together(
    covered_first: bool, event: Make, received: AnyEvent
) -> None:
    first = event(required(16 if covered_first else 8), 16 if covered_first else 8)
    hours = 8 if covered_first else 16
    second = event(required(hours, covered_by=first.data.overdue_id), hours)
    state = fold(received, first, second, event(withdrawn(first), 20))
    assert ([order.template for order in orders(state)], decide(state, DUE).events) == (["receipt"], ())


def test_a_second_date_missed_is_a_second_letter(event: Make, received: AnyEvent) -> None:
    state = fold(received, event(required(8), 8), event(required(80), 80))
    assert len(decide(state, DUE).events) == 2
    assert [order.template for order in orders(state)] == ["receipt", "apology", "apology"]


def test_an_apology_tells_the_new_date_that_was_given_with_it(event: Make, received: AnyEvent) -> None:
    given = event(new_date(overdue_id="overdue-8", signer="agency-head", in_person=True), 8, "new date")
    why = Lines(vi=("một dòng",), en=("a line",))
    told = {"rescheduled_id": given.id, "new_date": given.data.new_date, "cause": "Đo đạc lại", "cause_en": "Surveying"}
    late = event(required(signer="agency-head", in_person=True, working_out=why, **told), 8)
    state = fold(received, late, given)
    (_, apology) = orders(state, DUE)
    details = apology.details
    assert (details.reason, details.reason_en, details.in_person, details.working_out) == (
        "Đo đạc lại",
        "Surveying",
        True,
        why,
    )
    assert (apology.template, details.due, details.new_date) == ("apology", DUE, DUE + timedelta(hours=48))
    (letter,) = decide(state, DUE).events
    assert letter.data == LetterIssued(
        letter="apology",
        message_id=apology.message_id,
        overdue_id="overdue-8",
        agency="H29.02",
        due=DUE,
        signer="agency-head",
        in_person=True,
        **told,
    )
    assert len(orders(fold(received, late, given, letter), DUE)) == 2, "the letter tells it, so no notice does"


def test_a_new_date_that_an_apology_will_tell_waits_for_it(event: Make, received: AnyEvent) -> None:
    state = fold(received, event(new_date(overdue_id="overdue-8"), 8))
    assert [order.template for order in orders(state, LATER)] == ["receipt"]


def test_a_new_date_that_is_given_later_has_its_own_notice(event: Make, received: AnyEvent) -> None:
    given = event(new_date(overdue_id="overdue-8"), 9)
    told = {order.template: order.details for order in orders(fold(received, event(required(), 8), given), LATER)}
    assert set(told) == {"receipt", "apology", "rescheduled"}
    assert told["apology"].new_date is None
    assert (told["rescheduled"].due, told["rescheduled"].new_date) == (DUE, DUE + timedelta(hours=48))


def test_the_new_date_of_a_covered_apology_has_its_own_notice(event: Make, received: AnyEvent) -> None:
    given = event(new_date(16, overdue_id="overdue-16"), 16)
    second = required(16, covered_by="overdue-8", rescheduled_id=given.id, new_date=given.data.new_date)
    state = fold(received, event(required(), 8), given, event(second, 16))
    assert [order.template for order in orders(state, LATER)] == ["receipt", "apology", "rescheduled"]


def test_a_new_date_for_a_lateness_that_was_none_is_not_told(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    given = event(new_date(overdue_id="overdue-8"), 9, "new date")
    facts = [received, late, given, event(retraction(late), 7), event(withdrawn(late), 7)]
    assert [order.template for order in orders(fold(*facts), DUE)] == ["receipt"]
    assert decide(fold(*facts), DUE).events == ()


def test_a_new_date_given_before_the_old_one_passed_is_told_at_once(event: Make, received: AnyEvent) -> None:
    assert [one.template for one in orders(fold(received, event(new_date(), 2)))] == ["receipt", "rescheduled"]


def test_another_calendar_is_told_with_its_working_out(event: Make, received: AnyEvent) -> None:
    why = Lines(vi=("06/01/2026: nghỉ bão",), en=("2026-01-06: storm",))
    moved = event(new_date(kind="calendar", cause="Bão số 1", working_out=why), 2)
    notice = orders(fold(received, moved))[1]
    assert (notice.template, notice.details.reason, notice.details.working_out) == ("rescheduled", "Bão số 1", why)
    assert decide(fold(received, moved), START).events == (), "nobody is to blame"


def test_a_receipt_says_why_this_date(event: Make, received: AnyEvent) -> None:
    why = Lines(vi=("05/01/2026: tính 1 ngày",), en=("2026-01-05: 1 day",))
    (receipt,) = orders(fold(event(received.data.model_copy(update={"working_out": why}))))
    assert (receipt.details.working_out, receipt.recipient.received) == (why, START)


def pause_over(event: Make, hours: int, by: int, **given: Any) -> AnyEvent:
    fields = {"kind": "pause", "waited_for": "payment", "new_date": DUE + timedelta(hours=by), **given}
    return event(new_date(**fields), hours, by)


def test_after_a_pause_the_citizen_is_told_the_date_without_an_apology(event: Make, received: AnyEvent) -> None:
    state = fold(received, pause_over(event, 2, 24))
    notice = orders(state)[1]
    assert (notice.template, notice.details.reason) == ("resumption", "payment")
    assert (notice.details.due, notice.details.new_date) == (DUE, DUE + timedelta(hours=24))
    assert decide(state, START).events == ()


def test_a_date_that_a_second_pause_moved_on_is_not_told_any_more(event: Make, received: AnyEvent) -> None:
    state = fold(received, pause_over(event, 3, 48), pause_over(event, 2, 24))
    assert [one.details.new_date for one in orders(state)[1:]] == [DUE + timedelta(hours=48)]


def test_a_pause_that_moved_the_date_of_form_04_is_told_as_long_as_there_was_a_lateness(
    event: Make, received: AnyEvent
) -> None:
    late = event(required(), 8)
    facts = [received, late, event(new_date(overdue_id="overdue-8"), 8, "new date")]
    moved = pause_over(event, 60, 80, overdue_id="overdue-8")
    assert [one.template for one in orders(fold(*facts, moved), DUE)] == ["receipt", "apology", "resumption"]
    taken_back = [event(retraction(late), 7), event(withdrawn(late), 7)]
    assert [one.template for one in orders(fold(*facts, moved, *taken_back), DUE)] == ["receipt"]


def test_of_a_date_that_an_announcement_moved_and_its_retraction_moved_back_the_last_is_told(
    event: Make, received: AnyEvent
) -> None:
    later = event(new_date(kind="calendar", new_date=DUE + timedelta(days=1)), 1)
    back = event(new_date(kind="calendar", old_date=DUE + timedelta(days=1), new_date=DUE, taken_back=True), 2)
    told = {one.details.new_date for one in orders(fold(received, back, later)) if one.template == "rescheduled"}
    assert told == {DUE}


def test_the_date_of_an_answer_to_a_complaint_is_no_appointment(event: Make, received: AnyEvent) -> None:
    moved = event(new_date(kind="calendar", deadline="feedback"), 1)
    assert [one.template for one in orders(fold(received, moved))] == ["receipt"]
