"""Laws of clocks, for every start, limit, promise and wait."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.worktime import ZONE, Clock, Exceptional, Limit, Text, Wait, between, days_of, explain, load_calendar

CALENDAR = load_calendar()
MOMENTS = st.datetimes(datetime(2025, 12, 1), datetime(2026, 4, 1), timezones=st.just(ZONE)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
WORKING = st.builds(Limit, value=st.integers(1, 60), unit=st.sampled_from(["working-hours", "working-days"]))
ANY = st.one_of(
    WORKING,
    st.builds(Limit, value=st.integers(1, 40), unit=st.just("calendar-days")),
    st.builds(Limit, value=st.integers(1, 3), unit=st.just("months")),
    st.just(Limit.parse("same-day")),
)


def waits(effects):
    ends = st.lists(MOMENTS, min_size=2, max_size=2).map(sorted)
    return st.builds(lambda both, effect: Wait("payment", *both, effect=effect), ends, st.sampled_from(effects))


PAUSES = st.lists(waits(["pauses"]), max_size=4)
WAITS = st.lists(waits(["pauses", "restarts", "nothing"]), max_size=4)


def clock(start, limit, found=(), calendar=CALENDAR, promised=None):
    return Clock(calendar, start, limit, promised, tuple(found))


@given(MOMENTS, WORKING, WAITS)
def test_measuring_gives_back_the_budget(start, limit, found):
    one = clock(start, limit, found)
    assert one.used(one.due) == one.allowed


@given(MOMENTS, ANY, PAUSES)
def test_a_pause_never_brings_a_date_forward(start, limit, found):
    for fewer in (found[:i] for i in range(len(found))):
        assert clock(start, limit, fewer).due <= clock(start, limit, found[: len(fewer) + 1]).due


@given(MOMENTS, ANY, WAITS)
def test_nor_does_a_new_beginning(start, limit, found):
    assert clock(start, limit).due <= clock(start, limit, found).due


@given(MOMENTS, ANY, PAUSES, st.integers(0, 120))
def test_another_day_off_never_brings_a_date_forward(start, limit, found, days):
    closed = (start + timedelta(days=days)).date()
    stricter = CALENDAR.amended([Exceptional(closed, Text(vi="Nghỉ", en="Off"))])
    assert clock(start, limit, found, stricter).due >= clock(start, limit, found).due


@given(MOMENTS, ANY, waits(["pauses"]), MOMENTS)
def test_splitting_a_pause_changes_nothing(start, limit, whole, middle):
    if whole.since <= middle <= whole.until:
        parts = [replace(whole, until=middle), replace(whole, since=middle)]
        assert clock(start, limit, parts).due == clock(start, limit, [whole]).due


@given(MOMENTS, ANY, WAITS, st.randoms(use_true_random=False))
def test_the_order_of_waits_does_not_matter(start, limit, found, chance):
    mixed = list(found)
    chance.shuffle(mixed)
    assert clock(start, limit, mixed).due == clock(start, limit, found).due


@given(MOMENTS, ANY, PAUSES, MOMENTS)
def test_what_never_ends_leaves_no_date_or_came_too_late(start, limit, found, since):
    earlier = [one for one in found if one.until <= since]
    endless = clock(start, limit, [*earlier, Wait("payment", since)])
    assert endless.due is None or since >= endless.due == clock(start, limit, earlier).due


@given(MOMENTS, ANY, WAITS)
def test_nothing_is_due_while_its_clock_stands(start, limit, found):
    due = clock(start, limit, found).due
    standing = [one for one in found if one.effect != "nothing" and one.until > start]
    assert not any(one.since < due < one.until for one in standing)


@given(MOMENTS, ANY, WAITS, MOMENTS)
def test_running_and_standing_spans_follow_each_other_without_a_gap(start, limit, found, until):
    one = clock(start, limit, found)
    spans = list(one.ledger(until))
    if one.counted_from < until:
        ends = [one.counted_from, *(span.until for span in spans)]
        assert [span.since for span in spans] == ends[:-1]
        assert ends[-1] == until
    assert one.used(until) <= max(0, int(between(CALENDAR, start, until).total_seconds()))


@given(MOMENTS, MOMENTS, PAUSES)
def test_a_promise_holds_until_the_clock_stands_and_is_never_brought_forward(start, promised, found):
    assert Clock(CALENDAR, start, None, promised).due == promised
    assert Clock(CALENDAR, start, None, promised, tuple(found)).due >= promised


@given(MOMENTS, ANY, PAUSES)
def test_a_promise_that_is_what_the_limit_gives_changes_nothing(start, limit, found):
    plain = clock(start, limit, found)
    assert clock(start, limit, found, promised=clock(start, limit).due).due == plain.due


@given(MOMENTS, WORKING, WAITS)
def test_the_days_of_a_working_out_add_up_to_the_budget(start, limit, found):
    one = clock(start, limit, found)
    days = days_of(one)
    assert sum(day.counted for day in days) == one.allowed
    assert [day.on.toordinal() for day in days] == list(range(days[0].on.toordinal(), days[-1].on.toordinal() + 1))


@given(MOMENTS, ANY, WAITS)
def test_every_clock_that_runs_can_be_explained_in_both_languages(start, limit, found):
    lines = explain(clock(start, limit, found))
    assert len(lines.vi) == len(lines.en) >= 2
    assert all(0 < len(line) < 1000 for line in (*lines.vi, *lines.en))


@given(MOMENTS, st.integers(1, 40), WAITS)
def test_the_days_of_a_limit_in_calendar_days_are_that_many(start, value, found):
    one = clock(start, Limit(value=value, unit="calendar-days"), found)
    assert sum(day.counted for day in days_of(one)) == value * 86_400
