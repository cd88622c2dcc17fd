import re
from dataclasses import FrozenInstanceError
from datetime import date, datetime, timedelta

import pytest

from domain.worktime import ZONE, Calendar, CalendarError, Exceptional, Limit, Reason, Text, due_at, load_calendar

GOOD = """
hours: {morning: "07:30-11:30", afternoon: "13:00-17:00"}
weekdays: [monday, tuesday, wednesday, thursday, friday]
"""


@pytest.fixture
def load(tmp_path):
    def load(text):
        file = tmp_path / "office.yaml"
        file.write_text(text, encoding="utf-8")
        return load_calendar(file)

    return load


def with_year(body):
    return f"{GOOD}years:\n  2026:\n{body}"


def test_a_calendar_without_years_knows_the_public_holidays(load):
    assert load(GOOD).day(date(2026, 2, 17).toordinal()).reason is Reason.HOLIDAY


def test_an_office_that_works_saturday_mornings_once(load):
    calendar = load(
        with_year('    working_days:\n      - {date: 2026-03-07, vi: Bù, en: Extra, hours: {morning: "08:00-10:00"}}')
    )
    due = due_at(calendar, datetime(2026, 3, 6, 16, tzinfo=ZONE), Limit.parse("4wh"))
    assert due == datetime(2026, 3, 9, 8, 30, tzinfo=ZONE)


def test_an_operator_may_work_on_a_public_holiday(load):
    calendar = load(with_year("    working_days:\n      - {date: 2026-11-24, vi: Làm việc, en: Worked}"))
    assert calendar.day(date(2026, 11, 24).toordinal()).reason is Reason.MAKE_UP


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("hours: {morning", "line 1", "expected"),
        ("just text", "file", "valid dictionary"),
        ("weekdays: [monday]", "hours", "Field required"),
        (GOOD + "holidays: []", "holidays", "Extra inputs"),
        (GOOD + "weekdays: [sunday]", "line 4", "given twice"),
        (GOOD.replace("monday, ", "moonday, "), "weekdays.0", "Input should be"),
        (GOOD.replace("[monday, tuesday, wednesday, thursday, friday]", "[]"), "weekdays", "at least 1"),
        (GOOD.replace("07:30-11:30", "7h30-11h30"), "hours.morning", "not a span"),
        (GOOD.replace("07:30-11:30", "11:30-07:30"), "hours.morning", "does not come after"),
        (GOOD.replace("13:00-17:00", "06:00-07:00"), "hours", "afternoon does not begin after"),
        (with_year("    day_off: []"), "years.2026.day_off", "Extra inputs"),
        (with_year("    days_off:\n      - {date: 2026-02-30, vi: a, en: b}"), "line 7", "day is out of range"),
        (with_year("    days_off:\n      - {date: 2026-03-02, vi: a}"), "years.2026.days_off.0.en", "Field required"),
        (
            with_year('    days_off:\n      - {date: 2026-03-02, vi: "", en: b}'),
            "years.2026.days_off.0.vi",
            "at least 1",
        ),
        (with_year("    days_off:\n      - {date: 2025-03-03, vi: a, en: b}"), "file", "under the year 2026"),
        (
            with_year(
                "    days_off:\n      - {date: 2026-03-02, vi: a, en: b}\n      - {date: 2026-03-02, vi: c, en: d}"
            ),
            "years.2026",
            "2026-03-02 is given twice",
        ),
        (
            with_year(
                "    days_off: [{date: 2026-03-02, vi: a, en: b}]\n    working_days: [{date: 2026-03-02, vi: c, en: d}]"
            ),
            "years.2026",
            "2026-03-02 is given twice",
        ),
    ],
)
def test_a_broken_file_is_named_with_place_and_remedy(load, text, place, problem):
    with pytest.raises(CalendarError, match=problem) as caught:
        load(text)
    assert caught.value.file == "office.yaml"
    assert caught.value.place == place
    assert caught.value.remedy
    assert str(caught.value).startswith(f"office.yaml: {place}: ")


def test_bytes_that_are_no_text(tmp_path):
    file = tmp_path / "office.yaml"
    file.write_bytes(b"hours: \xff\xfe")
    with pytest.raises(CalendarError, match=r"office.yaml"):
        load_calendar(file)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CalendarError, match=r"absent.yaml: file: cannot be read"):
        load_calendar(tmp_path / "absent.yaml")


def test_a_calendar_without_any_working_day(calendar):
    with pytest.raises(CalendarError, match="no day is ever worked"):
        Calendar(calendar.hours, ((),) * 7)
    with pytest.raises(CalendarError, match="no day is ever worked"):
        Calendar((), calendar.week)


def test_hours_out_of_order(calendar):
    with pytest.raises(CalendarError, match="out of order"):
        Calendar(calendar.hours[::-1], calendar.week)


def test_a_calendar_is_frozen_hashable_and_equal_by_content(calendar):
    again = load_calendar()
    due_at(again, datetime(2025, 6, 2, tzinfo=ZONE), Limit.parse("1wd"))
    assert again == calendar
    assert hash(again) == hash(calendar)
    with pytest.raises(FrozenInstanceError):
        again.source = "other"


def test_a_year_closed_from_end_to_end_is_skipped(calendar):
    name = Text(vi="Nghỉ", en="Closed")
    closed = tuple(Exceptional(date(2024, 1, 1) + timedelta(days=i), name) for i in range(366))
    shut = Calendar(calendar.hours, calendar.week, closed)
    due = due_at(shut, datetime(2023, 12, 29, 16, tzinfo=ZONE), Limit.parse("1wd"))
    assert due == datetime(2025, 1, 2, 16, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2019-04-13", "2019-04-15"),
        ("2020-01-23", "2020-01-29"),
        ("2025-01-25", "2025-02-02"),
        ("2026-02-14", "2026-02-22"),
    ],
)
def test_official_breaks_are_closed_from_first_to_last_day(calendar, first, last):
    begin, end = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
    assert [calendar.day(day).seconds for day in range(begin, end + 1)] == [0] * (end - begin + 1)
    assert calendar.day(begin - 1).seconds
    assert calendar.day(end + 1).seconds


@pytest.mark.parametrize("worked", ["2010-02-27", "2015-02-14", "2019-01-05", "2025-04-26", "2026-01-10", "2026-08-22"])
def test_make_up_saturdays_are_worked(calendar, worked):
    day = calendar.day(date.fromisoformat(worked).toordinal())
    assert (day.reason, day.seconds) == (Reason.MAKE_UP, 28_800)


SATURDAYS = GOOD + 'weekday_hours: {saturday: {morning: "07:30-11:30"}}\n'


def test_an_office_that_works_every_saturday_morning(load):
    due = due_at(load(SATURDAYS), datetime(2026, 3, 6, 16, tzinfo=ZONE), Limit.parse("1wd"))
    assert due == datetime(2026, 3, 9, 10, 30, tzinfo=ZONE)  # an hour on Friday, four on Saturday, three on Monday


def test_a_weekday_may_be_shorter_than_the_others(load):
    calendar = load(GOOD + 'weekday_hours: {friday: {morning: "07:30-11:30"}}\n')
    assert [calendar.day(date(2026, 3, day).toordinal()).seconds for day in (5, 6, 7)] == [28_800, 14_400, 0]


def test_a_holiday_on_a_saturday_that_is_worked_is_a_holiday(load):
    assert load(SATURDAYS).day(date(2027, 1, 1).toordinal()).reason is Reason.HOLIDAY


DIFFERING = (
    GOOD
    + """
years: {2026: {days_off: [{date: 2026-03-02, vi: Nghỉ, en: Closed}]}}
agencies:
  H29.04.01:
    weekday_hours: {saturday: {morning: "07:30-11:30"}}
    years: {2026: {days_off: [{date: 2026-03-03, vi: Chuyển trụ sở, en: Moving house}]}}
  H29.05:
    hours: {morning: "08:00-12:00", afternoon: "13:30-17:30"}
"""
)


def test_an_agency_that_differs_has_a_calendar_of_its_own(load):
    calendar = load(DIFFERING)
    days = [date(2026, 3, day).toordinal() for day in (2, 3, 4, 7)]  # Monday to Wednesday, and Saturday
    assert [calendar.day(day).seconds for day in days] == [0, 28_800, 28_800, 0]
    assert [calendar.of("H29.04.01").day(day).seconds for day in days] == [0, 0, 28_800, 14_400]
    due = due_at(calendar.of("H29.05"), datetime(2026, 3, 4, 17, tzinfo=ZONE), Limit.parse("1wh"))
    assert due == datetime(2026, 3, 5, 8, 30, tzinfo=ZONE)


def test_an_agency_that_does_not_differ_has_the_calendar_of_all(load):
    calendar = load(DIFFERING)
    assert calendar.of("H29.03") is calendar


def test_a_day_off_that_is_announced_holds_for_agencies_that_differ_too(load):
    storm = date(2026, 3, 7)
    amended = load(DIFFERING).amended([Exceptional(storm, Text(vi="Bão", en="Storm"))])
    assert amended.of("H29.04.01").day(storm.toordinal()).seconds == 0
    assert amended.of("H29.04.01").day(date(2026, 3, 3).toordinal()).seconds == 0


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GOOD + "weekday_hours: {caturday: {morning: '07:30-11:30'}}", "weekday_hours.caturday"),
        (GOOD + "agencies: {H29.05: {hours: {morning: '7-11'}}}", "agencies.H29.05.hours.morning"),
        (GOOD + "agencies: {H29.05: {weekdays: []}}", "agencies.H29.05.weekdays"),
        (GOOD + "agencies: {H29.05: {agencies: {}}}", "agencies.H29.05.agencies"),
    ],
)
def test_what_is_wrong_with_an_agency_is_named(load, text, place):
    with pytest.raises(CalendarError, match=re.escape(place)):
        load(text)


def test_a_calendar_of_an_agency_that_nobody_knows_is_refused(tmp_path):
    file = tmp_path / "office.yaml"
    file.write_text(DIFFERING, encoding="utf-8")
    with pytest.raises(CalendarError, match=re.escape("agencies.H29.05: the directory has no such agency")):
        load_calendar(file, {"H29.04.01"})
