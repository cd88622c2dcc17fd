"""Laws that hold for every start, every limit and every calendar."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.worktime import ZONE, Exceptional, Limit, Text, add, between, due_at, load_calendar

CALENDAR = load_calendar()
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2031, 1, 1), timezones=st.just(ZONE)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
WORKING = st.builds(Limit, value=st.integers(1, 120), unit=st.sampled_from(["working-hours", "working-days"]))
ANY = WORKING | st.builds(Limit, value=st.integers(1, 60), unit=st.sampled_from(["calendar-days", "months"]))


def seconds(limit):
    return limit.value * (3600 if limit.unit == "working-hours" else CALENDAR.day_seconds)


@given(MOMENTS, WORKING)
def test_measuring_gives_back_what_was_added(start, limit):
    assert between(CALENDAR, start, due_at(CALENDAR, start, limit)) == timedelta(seconds=seconds(limit))


@given(MOMENTS, WORKING)
def test_no_earlier_moment_would_do(start, limit):
    earlier = due_at(CALENDAR, start, limit) - timedelta(seconds=1)
    assert between(CALENDAR, start, earlier) == timedelta(seconds=seconds(limit) - 1)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_splitting_a_span_changes_nothing(first, second, third):
    parts = between(CALENDAR, first, second) + between(CALENDAR, second, third)
    assert parts == between(CALENDAR, first, third)


@given(MOMENTS, st.integers(1, 40), st.integers(1, 40))
def test_limits_may_be_added_one_after_the_other(start, first, second):
    midway = due_at(CALENDAR, start, Limit(value=first, unit="working-days"))
    whole = Limit(value=first + second, unit="working-days")
    assert due_at(CALENDAR, midway, Limit(value=second, unit="working-days")) == due_at(CALENDAR, start, whole)


@given(MOMENTS, MOMENTS, ANY)
def test_who_starts_later_is_never_due_earlier(one, other, limit):
    assert due_at(CALENDAR, min(one, other), limit) <= due_at(CALENDAR, max(one, other), limit)


@given(MOMENTS, ANY, st.integers(0, 200))
def test_another_holiday_never_brings_a_date_forward(start, limit, days):
    closed = (start + timedelta(days=days)).date()
    kept = tuple(exception for exception in CALENDAR.exceptions if exception.on != closed)
    stricter = replace(CALENDAR, exceptions=(*kept, Exceptional(closed, Text(vi="Nghỉ", en="Off"))))
    assert due_at(stricter, start, limit) >= due_at(CALENDAR, start, limit)


@given(MOMENTS, MOMENTS)
def test_measuring_backwards_is_negative(first, second):
    assert between(CALENDAR, first, second) == -between(CALENDAR, second, first)


@given(MOMENTS, ANY)
def test_the_due_moment_is_worked_and_never_before_the_start(start, limit):
    due = due_at(CALENDAR, start, limit)
    assert due > start
    assert between(CALENDAR, due - timedelta(seconds=1), due) == timedelta(seconds=1)


@given(MOMENTS, ANY)
def test_the_working_out_explains_every_date_and_adds_up(start, limit):
    due = add(CALENDAR, start, limit)
    dates = [line.on for line in due.working_out]
    assert dates == [start.date() + timedelta(days=i) for i in range((due.at.date() - start.date()).days + 1)]
    counted = sum(line.counted for line in due.working_out)
    if limit.unit == "calendar-days":
        assert counted == limit.value * 86_400
    elif limit.unit != "months":
        assert counted == seconds(limit)


@given(ANY)
def test_a_limit_reads_its_own_text(limit):
    assert Limit.parse(str(limit)) == limit
