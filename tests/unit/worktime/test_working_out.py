from datetime import date, datetime

from domain.worktime import ZONE, Limit, Reason, add


def lines(calendar, start, limit):
    due = add(calendar, datetime.fromisoformat(start).replace(tzinfo=ZONE), Limit.parse(limit))
    return [(line.on.isoformat(), line.counted, line.reason.value) for line in due.working_out]


def test_friday_evening_over_the_weekend(calendar):
    assert lines(calendar, "2025-06-06 18:00", "5wh") == [
        ("2025-06-06", 0, "after-hours"),
        ("2025-06-07", 0, "weekend"),
        ("2025-06-08", 0, "weekend"),
        ("2025-06-09", 18_000, "counted"),
    ]


def test_the_swap_of_may_2025(calendar):
    assert lines(calendar, "2025-04-25 15:00", "3wd") == [
        ("2025-04-25", 7_200, "counted"),
        ("2025-04-26", 28_800, "make-up"),
        ("2025-04-27", 0, "weekend"),
        ("2025-04-28", 28_800, "counted"),
        ("2025-04-29", 21_600, "counted"),
    ]
    assert lines(calendar, "2025-04-29 16:00", "2wh")[1:5] == [
        ("2025-04-30", 0, "holiday"),
        ("2025-05-01", 0, "holiday"),
        ("2025-05-02", 0, "day-off"),
        ("2025-05-03", 0, "weekend"),
    ]


def test_calendar_days_that_end_on_a_weekend(calendar):
    assert lines(calendar, "2025-06-05 09:00", "2d") == [
        ("2025-06-05", 0, "first-day"),
        ("2025-06-06", 86_400, "counted"),
        ("2025-06-07", 86_400, "counted"),
        ("2025-06-08", 0, "weekend"),
        ("2025-06-09", 0, "next-working-day"),
    ]


def test_citizens_read_the_names_in_both_languages(calendar):
    due = add(calendar, datetime(2026, 2, 13, 10, tzinfo=ZONE), Limit.parse("1wd"))
    tet = next(line for line in due.working_out if line.on == date(2026, 2, 17))
    assert (tet.reason, tet.name.vi, tet.name.en) == (Reason.HOLIDAY, "Tết Nguyên Đán", "Lunar New Year")


def test_a_due_moment_travels_as_json(calendar):
    due = add(calendar, datetime(2026, 2, 13, 10, tzinfo=ZONE), Limit.parse("1wd"))
    again = type(due).model_validate_json(due.model_dump_json())
    assert again == due
    assert again.at.isoformat() == "2026-02-23T10:00:00+07:00"
