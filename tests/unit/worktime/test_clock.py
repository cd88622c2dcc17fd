from dataclasses import replace
from datetime import datetime

import pytest

from domain.worktime import (
    ZONE,
    Calendar,
    CalendarError,
    Clock,
    ClockError,
    Exceptional,
    Limit,
    LimitError,
    Span,
    Text,
    Wait,
    days_of,
    explain,
)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


MONDAY = at("2026-03-02T09:00")
THREE = Limit.parse("3wd")


def test_a_wait_that_ends_before_it_begins_is_refused():
    with pytest.raises(ClockError, match=r"ends at .* before it begins .* give the moments in order"):
        Wait("payment", at("2026-03-04T09:00"), at("2026-03-03T09:00"))


def test_a_clock_without_a_budget_is_refused(calendar):
    with pytest.raises(ClockError, match="needs a budget"):
        Clock(calendar, MONDAY)


def test_a_negative_limit_is_no_limit():
    with pytest.raises(LimitError, match="is no time limit"):
        Limit.parse("-3 working-days")


@pytest.mark.parametrize("text", ["2 same-day", "0 same-day"])
def test_there_is_one_same_day(text):
    with pytest.raises(LimitError, match=r"only one same day|out of range"):
        Limit.parse(text)


def test_the_same_day_reads_its_own_text():
    assert Limit.parse(str(Limit.parse("same-day"))) == Limit.parse(" same-day ")


def test_a_pause_that_never_ended_leaves_nothing_to_explain(calendar):
    standing = Clock(calendar, MONDAY, THREE, waits=(Wait("payment", at("2026-03-03T09:00"), by="H29.05"),))
    assert standing.due is None
    for ask in (explain, days_of):
        with pytest.raises(
            ClockError, match=r"stands since 2026-03-03T09:00:00\+07:00 \(payment\): there is no due moment"
        ):
            ask(standing)
    assert standing.used(at("2026-03-30T09:00")) == 8 * 3600


def test_a_calendar_that_is_amended_to_no_working_day_is_still_one_with_a_week(calendar):
    with pytest.raises(CalendarError, match="no day is ever worked"):
        Calendar(calendar.hours, ((),) * 7)


def test_of_two_amendments_of_one_day_the_later_counts(calendar):
    name = Text(vi="Nghỉ", en="Off")
    day = at("2026-03-04T00:00").date()
    closed, open_ = Exceptional(day, name), Exceptional(day, name, (Span.parse("08:00-10:00"),))
    assert calendar.amended([closed, open_]).day(day.toordinal()).seconds == 7200
    assert calendar.amended([open_, closed]).day(day.toordinal()).seconds == 0
    assert calendar.day(day.toordinal()).seconds == 28_800


def test_a_ledger_says_when_it_ran_and_whom_it_waited_for(calendar):
    wait = Wait("payment", at("2026-03-03T09:00"), at("2026-03-04T09:00"), "H29.05")
    spans = list(Clock(calendar, MONDAY, THREE, waits=(wait,)).ledger(at("2026-03-05T09:00")))
    assert [(span.since, span.until, span.waits) for span in spans] == [
        (MONDAY, wait.since, ()),
        (wait.since, wait.until, (wait,)),
        (wait.until, at("2026-03-05T09:00"), ()),
    ]


def test_an_explanation_can_be_checked_with_a_calendar_in_hand(calendar):
    """Undisturbed it is due on Friday 13 February at 15:00. 4:30 are left at nine: 1:30 and 3:00 on Tuesday 24."""
    wait = Wait("payment", at("2026-02-13T09:00"), at("2026-02-24T10:00"), "H29.05")
    lines = explain(Clock(calendar, at("2026-01-09T15:00"), Limit.parse("26wd"), waits=(wait,)))
    assert lines.en[:5] == (
        "Counted from 15:00 on 2026-01-09; limit: 26 working days",
        "Counted: 208 h of office hours on 28 days, 2026-01-09 to 2026-02-24",
        "Not counted: 13 days of weekends",
        "Counted, 2026-01-10: Make-up working day for 2 January 2026",
        "Not counted, 2026-02-16: Lunar New Year's Eve",
    )
    assert lines.en[-2:] == (
        "Paused from 09:00 on 2026-02-13 to 10:00 on 2026-02-24: waiting for a payment (asked for by H29.05)",
        "Due: 16:00 on 2026-02-24",
    )
    assert lines.vi[-2] == (
        "Tạm dừng từ 09:00 ngày 13/02/2026 đến 10:00 ngày 24/02/2026: "
        "chờ thực hiện nghĩa vụ tài chính (theo yêu cầu của H29.05)"
    )


def test_what_began_anew_says_so(calendar):
    wait = Wait("supplement", at("2026-03-03T09:00"), at("2026-03-09T10:00"), effect="restarts")
    clock = Clock(calendar, MONDAY, THREE, waits=(wait,))
    assert "Counted anew from 10:00 on 2026-03-09" in explain(clock).en
    assert clock.counted_from == wait.until


def test_a_promise_is_explained_by_the_date_that_was_given(calendar):
    lines = explain(Clock(calendar, MONDAY, None, at("2026-03-05T12:00")))
    assert lines.en[0] == "Counted from 09:00 on 2026-03-02; date given: 12:00 on 2026-03-05"
    assert lines.en[-1] == "Due: 12:00 on 2026-03-05"


def test_a_limit_of_decades_is_told_in_few_lines(calendar):
    lines = explain(Clock(calendar, MONDAY, Limit.parse("10000wd")))
    assert len(lines.vi) <= 200
    assert "other days off" in lines.en[-2]


@pytest.mark.parametrize("text", ["7h30-11h30", "07:30", "25:00-26:00", ""])
def test_what_is_no_span_of_hours(text):
    with pytest.raises(ValueError, match=r"."):
        Span.parse(text)


def test_what_came_too_late_for_its_day_has_no_time_of_that_day(calendar):
    late = at("2026-03-02T15:30")
    waited = Wait("payment", at("2026-03-02T09:00"), at("2026-03-03T00:00"))
    undisturbed = Clock(calendar, late, Limit.parse("same-day"))
    assert (undisturbed.due, undisturbed.allowed) == (at("2026-03-03T17:00"), 8 * 3600)
    assert Clock(calendar, late, Limit.parse("same-day"), waits=(waited,)).due == undisturbed.due


def test_a_pause_after_the_last_calendar_day_adds_none(calendar):
    friday = Clock(calendar, at("2026-03-05T09:00"), Limit.parse("2 calendar-days"))
    assert friday.due == at("2026-03-09T17:00")  # the second day is a Saturday
    sunday = Wait("payment", at("2026-03-08T09:00"), at("2026-03-09T08:00"))
    assert replace(friday, waits=(sunday,)).due == friday.due


def test_of_waits_that_end_together_the_new_beginning_counts(calendar):
    day = at("2026-03-03T00:00")
    waits = (Wait("payment", day, day), Wait("supplement", day, day, effect="restarts"))
    both = {Clock(calendar, MONDAY, THREE, waits=given).due for given in (waits, waits[::-1])}
    assert both == {at("2026-03-05T17:00")}
