"""Due moments worked out by hand, office hours 07:30-11:30 and 13:00-17:00."""

from datetime import UTC, datetime

import pytest

from domain.worktime import ZONE, Limit, add, due_at

EXAMPLES = [
    # an ordinary week: Monday is 2 June 2025
    ("2025-06-02 10:00:00", "3wd", "2025-06-05 10:00:00"),
    ("2025-06-02 07:30:00", "1wd", "2025-06-02 17:00:00"),
    ("2025-06-02 07:30:00", "4wh", "2025-06-02 11:30:00"),
    ("2025-06-02 06:00:00", "8wh", "2025-06-02 17:00:00"),
    ("2025-06-02 11:30:00", "1wh", "2025-06-02 14:00:00"),
    ("2025-06-02 12:15:30", "1wh", "2025-06-02 14:00:00"),
    ("2025-06-02 17:00:00", "1wh", "2025-06-03 08:30:00"),
    ("2025-06-02 23:59:59", "1wd", "2025-06-03 17:00:00"),
    ("2025-06-02 10:00:00", "5wd", "2025-06-09 10:00:00"),
    # to the second
    ("2025-06-02 07:30:01", "4wh", "2025-06-02 13:00:01"),
    ("2025-06-06 16:59:59", "1wh", "2025-06-09 08:29:59"),
    ("2025-06-02 08:01:02", "2wd", "2025-06-04 08:01:02"),
    # Friday afternoon, Saturday morning, Sunday
    ("2025-06-06 16:45:00", "2wh", "2025-06-09 09:15:00"),
    ("2025-06-06 16:45:00", "1wd", "2025-06-09 16:45:00"),
    ("2025-06-07 09:00:00", "1wd", "2025-06-09 17:00:00"),
    ("2025-06-07 09:00:00", "4wh", "2025-06-09 11:30:00"),
    ("2025-06-08 20:00:00", "1wh", "2025-06-09 08:30:00"),
    # Tết 2025, off from 25 January to 2 February
    ("2025-01-24 16:00:00", "1wd", "2025-02-03 16:00:00"),
    ("2025-01-29 10:00:00", "1wd", "2025-02-03 17:00:00"),
    ("2025-01-23 10:00:00", "5wd", "2025-02-06 10:00:00"),
    # Tết 2026, off from 14 to 22 February
    ("2026-02-13 10:00:00", "1wd", "2026-02-23 10:00:00"),
    ("2026-02-16 08:00:00", "8wh", "2026-02-23 17:00:00"),
    # 2 May 2025 off, Saturday 26 April worked
    ("2025-04-25 10:00:00", "1wd", "2025-04-26 10:00:00"),
    ("2025-04-26 10:00:00", "3wd", "2025-05-05 10:00:00"),
    # 2 January 2026 off, Saturday 10 January worked
    ("2025-12-31 16:00:00", "1wd", "2026-01-05 16:00:00"),
    ("2026-01-09 16:45:00", "2wh", "2026-01-10 09:15:00"),
    # National Day 2025; 2026 with Saturday 22 August worked for Monday 31 August
    ("2025-08-29 16:00:00", "1wd", "2025-09-03 16:00:00"),
    ("2026-08-21 10:00:00", "1wd", "2026-08-22 10:00:00"),
    ("2026-08-28 10:00:00", "1wd", "2026-09-03 10:00:00"),
    # compensation for holidays on a weekend
    ("2019-04-12 10:00:00", "1wd", "2019-04-16 10:00:00"),
    ("2020-01-22 16:00:00", "1wd", "2020-01-30 16:00:00"),
    ("2026-04-24 16:00:00", "1wd", "2026-04-28 16:00:00"),
    ("2010-12-30 10:00:00", "3wd", "2011-01-05 10:00:00"),
    # calendar days: the first day is not counted, the end is a closing, on a working day
    ("2025-06-02 09:00:00", "10d", "2025-06-12 17:00:00"),
    ("2025-06-02 22:00:00", "1d", "2025-06-03 17:00:00"),
    ("2025-06-02 09:00:00", "5d", "2025-06-09 17:00:00"),
    ("2025-01-08 09:00:00", "20d", "2025-02-03 17:00:00"),
    ("2025-04-16 09:00:00", "10d", "2025-04-26 17:00:00"),
    # months, also those that end on the 31st
    ("2025-12-10 09:00:00", "1m", "2026-01-10 17:00:00"),
    ("2025-01-31 09:00:00", "1m", "2025-02-28 17:00:00"),
    ("2024-01-31 09:00:00", "1m", "2024-02-29 17:00:00"),
    ("2025-03-31 09:00:00", "1m", "2025-05-05 17:00:00"),
    ("2025-08-31 09:00:00", "6m", "2026-03-02 17:00:00"),
    ("2025-10-31 09:00:00", "1m", "2025-12-01 17:00:00"),
    ("2024-12-31 09:00:00", "2m", "2025-02-28 17:00:00"),
    ("2025-11-15 09:00:00", "12m", "2026-11-16 17:00:00"),
]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(("start", "limit", "due"), EXAMPLES)
def test_due_moment(calendar, start, limit, due):
    assert due_at(calendar, at(start), Limit.parse(limit)) == at(due)
    assert add(calendar, at(start), Limit.parse(limit)).at == at(due)


def test_there_are_enough_examples():
    assert len(EXAMPLES) >= 30


def test_any_time_zone_is_understood_and_local_time_comes_back(calendar):
    due = due_at(calendar, datetime(2025, 6, 2, 3, 0, tzinfo=UTC), Limit.parse("3wd"))
    assert due.isoformat() == "2025-06-05T10:00:00+07:00"
    assert due.tzinfo is ZONE


def test_fractions_of_a_second_are_dropped(calendar):
    start = at("2025-06-02 10:00:00").replace(microsecond=999_999)
    assert due_at(calendar, start, Limit.parse("1wh")) == at("2025-06-02 11:00:00")


def test_a_moment_without_time_zone_is_refused(calendar):
    naive = at("2025-06-02 10:00:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"):
        due_at(calendar, naive, Limit.parse("1wd"))


@pytest.mark.parametrize("year", [2010, 2011, 2012, 2101, 1890])
def test_any_year_is_reckoned(calendar, year):
    assert due_at(calendar, at(f"{year}-07-01 10:00:00"), Limit.parse("30wd")).year == year


def test_a_year_the_holidays_package_does_not_know_has_the_fixed_holidays(calendar):
    assert due_at(calendar, at("2101-09-01 10:00:00"), Limit.parse("1wd")) == at("2101-09-05 10:00:00")
