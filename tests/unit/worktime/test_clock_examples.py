"""Due moments of clocks, worked out by hand from a printed calendar; every row says how.

Offices work from 07:30 to 11:30 and from 13:00 to 17:00, eight hours. Tết 2025 is off from Saturday 25 January to
Sunday 2 February, Tết 2026 from Saturday 14 to Sunday 22 February. Friday 2 May 2025 is off and Saturday 26 April is
worked for it; Friday 2 January 2026 is off and Saturday 10 January is worked for it.
"""

from datetime import datetime

import pytest

from domain.worktime import ZONE, Clock, Limit, Wait, explain

PAY, DOCUMENTS, OPINION = "payment", "supplement", "consultation"
EFFECTS = {PAY: "pauses", DOCUMENTS: "restarts", OPINION: "nothing"}

PLAIN = [
    # Tết 2025
    ("2025-01-24 16:45", "2wh", "2025-02-03 09:15"),  # 0:15 on Friday, 1:45 on the Monday after Tết from 07:30
    ("2025-01-24 16:45", "1wd", "2025-02-03 16:45"),  # 0:15 on Friday, 7:45 on Monday: 4:00 and 3:45 from 13:00
    ("2025-01-25 09:00", "1wd", "2025-02-03 17:00"),  # a day off: the whole of Monday
    ("2025-01-20 08:00", "10wd", "2025-02-10 08:00"),  # 21, 22, 23, 24 January, 3, 4, 5, 6, 7, 10 February
    ("2025-02-02 20:00", "1wh", "2025-02-03 08:30"),  # from the opening on Monday
    # Tết 2026
    ("2026-02-13 16:45", "4wh", "2026-02-23 11:15"),  # 0:15 on Friday, 3:45 on Monday from 07:30
    ("2026-02-12 15:00", "5wd", "2026-02-26 15:00"),  # 13, 23, 24, 25, 26 February
    ("2026-02-14 09:00", "2wd", "2026-02-24 17:00"),  # Saturday morning: the whole of 23 and 24 February
    ("2026-02-20 10:00", "8wh", "2026-02-23 17:00"),  # the fourth day of Tết: the whole of Monday
    # 2 May 2025 for 26 April
    ("2025-04-25 16:45", "1wd", "2025-04-26 16:45"),  # Saturday is worked
    ("2025-04-26 08:00", "1wd", "2025-04-28 08:00"),  # from the worked Saturday to Monday
    ("2025-04-29 10:00", "1wd", "2025-05-05 10:00"),  # 30 April, 1 and 2 May and the weekend are off
    ("2025-04-28 10:00", "2wd", "2025-05-05 10:00"),  # 29 April, 5 May
    ("2025-05-02 09:00", "4wh", "2025-05-05 11:30"),  # the morning of Monday
    # 2 January 2026 for 10 January
    ("2025-12-31 16:45", "1wd", "2026-01-05 16:45"),  # 0:15 on Wednesday, 7:45 on Monday
    ("2026-01-02 10:00", "1wh", "2026-01-05 08:30"),  # off: from the opening on Monday
    ("2026-01-09 10:00", "1wd", "2026-01-10 10:00"),  # Saturday is worked
    ("2026-01-10 16:45", "1wd", "2026-01-12 16:45"),  # 0:15 on Saturday, 7:45 on Monday
    ("2026-01-08 08:00", "3wd", "2026-01-12 08:00"),  # 9, 10 (Saturday), 12 January
    ("2026-01-11 08:00", "1wd", "2026-01-12 17:00"),  # Sunday: the whole of Monday
    # Friday 16:45 and Saturday morning of an ordinary week
    ("2026-03-06 16:45", "1wh", "2026-03-09 08:15"),  # 0:15 on Friday, 0:45 on Monday
    ("2026-03-07 08:00", "1wd", "2026-03-09 17:00"),  # the whole of Monday
    ("2026-03-07 08:00", "5d", "2026-03-12 17:00"),  # 8, 9, 10, 11, 12: Thursday
    ("2026-03-06 16:45", "1d", "2026-03-09 17:00"),  # Saturday is not worked: Monday
    # months that end on the 31st, or that have none
    ("2026-01-31 09:00", "1m", "2026-03-02 17:00"),  # 28 February is a Saturday: Monday
    ("2025-12-31 09:00", "2m", "2026-03-02 17:00"),  # the same day
    ("2025-10-31 09:00", "4m", "2026-03-02 17:00"),  # the same day
    ("2024-10-31 09:00", "4m", "2025-02-28 17:00"),  # no leap year; a Friday
    ("2023-12-31 09:00", "2m", "2024-02-29 17:00"),  # a leap year; a Thursday
    ("2026-03-31 09:00", "1m", "2026-05-04 17:00"),  # 30 April and 1 May are holidays, then a weekend
    ("2026-05-31 09:00", "1m", "2026-06-30 17:00"),  # June has 30 days; a Tuesday
    ("2026-07-31 09:00", "1m", "2026-09-03 17:00"),  # 31 August, 1 and 2 September are off
    ("2026-01-17 09:00", "1m", "2026-02-23 17:00"),  # 17 February is the first day of Tết
    ("2026-01-31 09:00", "3m", "2026-05-04 17:00"),  # 30 April again
    ("2025-08-31 09:00", "1m", "2025-09-30 17:00"),  # September has 30 days; a Tuesday
    # calendar days
    ("2026-02-10 09:00", "10d", "2026-02-23 17:00"),  # 20 February is in Tết
    ("2025-04-20 09:00", "10d", "2025-05-05 17:00"),  # 30 April, then off until Monday
    ("2025-12-27 09:00", "10d", "2026-01-06 17:00"),  # a Tuesday
    ("2025-12-31 09:00", "10d", "2026-01-10 17:00"),  # the worked Saturday
    # the same day: until 15:00, then the next working day
    ("2026-03-02 10:00", "same-day", "2026-03-02 17:00"),
    ("2026-03-02 06:00", "same-day", "2026-03-02 17:00"),
    ("2026-03-02 15:00", "same-day", "2026-03-02 17:00"),  # 15:00 itself is in time
    ("2026-03-02 15:00:01", "same-day", "2026-03-03 17:00"),
    ("2026-03-06 16:45", "same-day", "2026-03-09 17:00"),  # Friday late: Monday
    ("2026-03-07 09:00", "same-day", "2026-03-09 17:00"),  # Saturday: Monday
    ("2026-02-13 15:30", "same-day", "2026-02-23 17:00"),  # the last day before Tết, late
    ("2026-01-10 09:00", "same-day", "2026-01-10 17:00"),  # the worked Saturday
    # a step that is returned on its last day begins with all of its time
    ("2026-03-03 08:59", "1wd", "2026-03-04 08:59"),
]

WAITED = [
    # Undisturbed, the next three are due on 26 February at 15:00.
    # Over Tết: 2:00 + 1:30 used, 36:30 left from Tuesday 24 at ten: 5:30, 8, 8, 8, then 7:00 on Monday 2 March.
    ("2026-02-12 15:00", "5wd", [(PAY, "2026-02-13 09:00", "2026-02-24 10:00")], "2026-03-02 16:00"),
    # Within Tết no working time is lost.
    ("2026-02-12 15:00", "5wd", [(PAY, "2026-02-16 08:00", "2026-02-19 17:00")], "2026-02-26 15:00"),
    # The afternoon of the 13th is lost, four hours: 2:00 on the 26th, 2:00 on the 27th from 07:30.
    ("2026-02-12 15:00", "5wd", [(PAY, "2026-02-13 13:00", "2026-02-18 10:00")], "2026-02-27 09:30"),
    # Over 30 April to 2 May: eight hours used, two days left from Monday 5 May at eight.
    ("2025-04-28 08:00", "3wd", [(PAY, "2025-04-29 08:00", "2025-05-05 08:00")], "2025-05-07 08:00"),
    # Ends on the worked Saturday: eight hours left, four on its afternoon, four on Monday morning.
    ("2025-04-24 08:00", "2wd", [(PAY, "2025-04-25 08:00", "2025-04-26 13:00")], "2025-04-28 11:30"),
    # Over the swap of New Year: 7:30 used on 31 December, 16:30 left from Saturday 10 January: 7:30, 8:00, 1:00.
    ("2025-12-31 08:00", "3wd", [(PAY, "2026-01-02 09:00", "2026-01-10 08:00")], "2026-01-13 08:30"),
    # Over a weekend: 0:15 on Friday and 0:30 on Monday are lost.
    ("2026-03-05 09:00", "3wd", [(PAY, "2026-03-06 16:45", "2026-03-09 08:00")], "2026-03-10 09:45"),
    # From Friday 16:45 to Saturday morning: 0:15 is lost.
    ("2026-03-02 09:00", "5wd", [(PAY, "2026-03-06 16:45", "2026-03-07 09:00")], "2026-03-09 09:15"),
    # Two that overlap are one, from Tuesday 08:00 to Wednesday 14:00: 7 hours used, 17 left: 3, 8, 6.
    (
        "2026-03-02 09:00",
        "3wd",
        [(PAY, "2026-03-03 08:00", "2026-03-04 10:00"), (PAY, "2026-03-03 15:00", "2026-03-04 14:00")],
        "2026-03-06 15:00",
    ),
    # The same with one inside the other.
    (
        "2026-03-02 09:00",
        "3wd",
        [(PAY, "2026-03-03 10:00", "2026-03-03 11:00"), (PAY, "2026-03-03 08:00", "2026-03-04 14:00")],
        "2026-03-06 15:00",
    ),
    # Never ended, begun before the date: there is none.
    ("2026-03-02 09:00", "3wd", [(PAY, "2026-03-05 08:59", None)], None),
    # Never ended, begun at the date or after it: excuses nothing.
    ("2026-03-02 09:00", "3wd", [(PAY, "2026-03-05 09:00", None)], "2026-03-05 09:00"),
    ("2026-03-02 09:00", "3wd", [(PAY, "2026-03-05 10:00", "2026-03-06 10:00")], "2026-03-05 09:00"),
    ("2026-03-02 09:00", "3wd", [(PAY, "2026-03-05 09:00", "2026-03-06 10:00")], "2026-03-05 09:00"),
    # Over before it begins.
    ("2026-03-02 09:00", "3wd", [(PAY, "2026-03-01 08:00", "2026-03-01 20:00")], "2026-03-05 09:00"),
    # Lasting when it begins: it runs from ten.
    ("2026-03-02 09:00", "3wd", [(PAY, "2026-03-01 08:00", "2026-03-02 10:00")], "2026-03-05 10:00"),
    # On the last day, a minute before: a minute is left.
    ("2026-03-02 09:00", "3wd", [(PAY, "2026-03-05 08:59", "2026-03-10 10:00")], "2026-03-10 10:01"),
    # Documents: three days anew from Monday 9 at ten: 10, 11, 12.
    ("2026-03-02 09:00", "3wd", [(DOCUMENTS, "2026-03-03 08:00", "2026-03-09 10:00")], "2026-03-12 10:00"),
    # The same over Tết: five days anew from 23 February at 15:00: 24, 25, 26, 27, 2 March.
    ("2026-02-09 09:00", "5wd", [(DOCUMENTS, "2026-02-12 10:00", "2026-02-23 15:00")], "2026-03-02 15:00"),
    # Twice: due on the 5th at ten after the first; two days anew from the 5th at eight: 6, 9.
    (
        "2026-03-02 09:00",
        "2wd",
        [(DOCUMENTS, "2026-03-03 08:00", "2026-03-03 10:00"), (DOCUMENTS, "2026-03-04 10:00", "2026-03-05 08:00")],
        "2026-03-09 08:00",
    ),
    # Documents while a payment is waited for too: anew when both are there, on the 5th at eight.
    (
        "2026-03-02 09:00",
        "1wd",
        [(DOCUMENTS, "2026-03-03 08:00", "2026-03-04 08:00"), (PAY, "2026-03-03 15:00", "2026-03-05 08:00")],
        "2026-03-06 08:00",
    ),
    # Documents asked for at the date or later give no time.
    ("2026-03-02 09:00", "1wd", [(DOCUMENTS, "2026-03-03 09:00", "2026-03-05 08:00")], "2026-03-03 09:00"),
    # An opinion that is waited for does not stop the clock.
    ("2026-03-02 09:00", "3wd", [(OPINION, "2026-03-03 08:00", "2026-03-05 08:00")], "2026-03-05 09:00"),
    ("2026-03-02 09:00", "3wd", [(OPINION, "2026-03-03 08:00", None)], "2026-03-05 09:00"),
    # Calendar days, last day Saturday 7: two nights (4 to 6) are lost, so Monday 9.
    ("2026-03-02 09:00", "5d", [(PAY, "2026-03-04 10:00", "2026-03-06 10:00")], "2026-03-09 17:00"),
    # Within one day no calendar day is lost: Saturday 7, so Monday 9.
    ("2026-03-02 09:00", "5d", [(PAY, "2026-03-04 08:00", "2026-03-04 16:00")], "2026-03-09 17:00"),
    # Over Tết: the last day was 20 February; eleven nights are lost: 3 March, a Tuesday.
    ("2026-02-10 09:00", "10d", [(PAY, "2026-02-13 09:00", "2026-02-24 10:00")], "2026-03-03 17:00"),
    # A month: 28 February and two nights are 2 March, a Monday.
    ("2026-01-31 09:00", "1m", [(PAY, "2026-02-02 09:00", "2026-02-04 09:00")], "2026-03-02 17:00"),
    # Calendar days anew from Wednesday 11, which does not count: 12, 13, 14, 15, 16.
    ("2026-03-02 09:00", "5d", [(DOCUMENTS, "2026-03-05 10:00", "2026-03-11 16:00")], "2026-03-16 17:00"),
    # A month anew from 31 March: 30 April and 1 May are holidays, then a weekend.
    ("2026-01-31 09:00", "1m", [(DOCUMENTS, "2026-02-10 09:00", "2026-03-31 10:00")], "2026-05-04 17:00"),
    # While the last day, Saturday 7, has passed and Monday is still to come, nothing but Monday is left: it is lost.
    ("2026-03-02 09:00", "5d", [(PAY, "2026-03-08 10:00", "2026-03-09 18:00")], "2026-03-10 17:00"),
    # The same day: 5:30 from ten; 2:30 used until 14:00; 3:00 left from Tuesday at nine: 2:30 and 0:30.
    ("2026-03-02 10:00", "same-day", [(PAY, "2026-03-02 14:00", "2026-03-03 09:00")], "2026-03-03 13:30"),
    # The same day anew, from 15:30: the next working day.
    ("2026-03-02 10:00", "same-day", [(DOCUMENTS, "2026-03-02 14:00", "2026-03-03 15:30")], "2026-03-04 17:00"),
]


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def clock_of(calendar, start, limit, waits=()):
    waited = (Wait(cause, at(since), until and at(until), effect=EFFECTS[cause]) for cause, since, until in waits)
    return Clock(calendar, at(start), Limit.parse(limit), waits=tuple(waited))


@pytest.mark.parametrize(("start", "limit", "due"), PLAIN)
def test_a_clock_that_never_stands(calendar, start, limit, due):
    assert clock_of(calendar, start, limit).due == at(due)


@pytest.mark.parametrize(("start", "limit", "waits", "due"), WAITED)
def test_a_clock_that_somebody_was_waited_for(calendar, start, limit, waits, due):
    assert clock_of(calendar, start, limit, waits).due == (due and at(due))


@pytest.mark.parametrize(("start", "limit", "waits", "due"), [row for row in WAITED if row[3]])
def test_its_explanation_ends_with_the_due_moment(calendar, start, limit, waits, due):
    lines = explain(clock_of(calendar, start, limit, waits))
    assert lines.en[-1] == f"Due: {at(due):%H:%M} on {at(due):%Y-%m-%d}"
    assert lines.vi[-1] == f"Đến hạn: {at(due):%H:%M} ngày {at(due):%d/%m/%Y}"
    assert len(lines.vi) == len(lines.en)


def test_there_are_enough_examples():
    assert len(PLAIN) + len(WAITED) >= 60
