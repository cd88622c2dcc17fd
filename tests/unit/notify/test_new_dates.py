"""Which new dates the citizen is told, by the apology or by a notice of their own."""

from datetime import timedelta
from typing import Any

from contracts.envelope import AnyEvent
from domain.worktime import Lines
from services.notify.decide import decide
from tests.unit.notify.telling import DUE, LATER, START, Make, fold, new_date, orders, required, retraction, withdrawn


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
