from datetime import date, datetime, timedelta
from typing import assert_never

from domain.worktime.calendar import ZONE, Calendar
from domain.worktime.limit import Limit

_HOUR = 3600
"""Seconds."""


LATE_IN_THE_DAY = 15 * 3600
"""What is due on the same day and comes after 15:00 is due on the next working day: a public study of Decree 118/2025,
not the decree itself. A dated setting of the rule sets (domain/rules)."""


def due_at(calendar: Calendar, start: datetime, limit: Limit, late_from: int = LATE_IN_THE_DAY) -> datetime:
    """The moment at which the limit runs out, in Asia/Ho_Chi_Minh.

    Working hours and days are counted through office hours to the second; one working day is the length of one standard
    day. A start outside office hours waits for the next opening; a due moment at a closing stays there.
    Calendar days and months follow Civil Code 2015 Art. 147 and 148 (read as reprinted on legal portals, not in the
    gazette): the first day is not counted, a month without the day ends on its last day, and an end on a day that is
    not worked moves to the next working day. The Code ends a day at midnight; this ends it when the office closes, in
    the citizen's favour.
    The same day ends at its closing; what comes on a day off, after the closing or later than `late_from` (seconds
    after local midnight) is due at the closing of the next working day.

    Raises:
        ValueError: the start has no time zone.
    """
    local = to_local(start)
    match limit.unit:
        case "working-hours":
            return after(calendar, local, limit.value * _HOUR)
        case "working-days":
            return after(calendar, local, limit.value * calendar.day_seconds)
        case "calendar-days" | "months":
            return closing_from(calendar, last_day(local.date(), limit).toordinal())
        case "same-day":
            return _same_day(calendar, local, late_from)
        case _:
            assert_never(limit.unit)


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Working time from start to end, whole seconds; negative when the end comes first.

    Raises:
        ValueError: a moment has no time zone.
    """
    first, last = to_local(start), to_local(end)
    years = range(min(first.year, last.year), max(first.year, last.year))
    total = sum(calendar.year(year).before[-1] for year in years)
    total = total if first.year <= last.year else -total
    return timedelta(seconds=total + worked_in_year(calendar, last) - worked_in_year(calendar, first))


def shift(calendar: Calendar, moment: datetime, by: timedelta) -> datetime:
    """The moment that lies this much working time later or, for a negative time, earlier; in Asia/Ho_Chi_Minh.

    Raises:
        ValueError: the moment has no time zone.
    """
    return after(calendar, to_local(moment), int(by.total_seconds()))


def to_local(moment: datetime) -> datetime:
    """The moment in Asia/Ho_Chi_Minh, without its fraction of a second.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: give an aware datetime")
    return moment.astimezone(ZONE).replace(microsecond=0)


def worked_in_year(calendar: Calendar, local: datetime) -> int:
    """Seconds worked from the start of the moment's own year up to the moment, given in local time."""
    table = calendar.year(local.year)
    index = local.toordinal() - table.first
    return table.before[index] + table.days[index].worked_until(second_of_day(local))


def second_of_day(local: datetime) -> int:
    """Seconds after midnight on the moment's own clock."""
    return local.hour * _HOUR + local.minute * 60 + local.second


def last_day(first: date, limit: Limit) -> date:
    """The last day of a limit in calendar days or months whose first, uncounted, day is given."""
    if limit.unit == "calendar-days":
        return first + timedelta(days=limit.value)
    year, month = divmod(first.year * 12 + first.month - 1 + limit.value, 12)
    month_end = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)
    return month_end.replace(day=min(first.day, month_end.day))


def after(calendar: Calendar, local: datetime, seconds: int) -> datetime:
    """The first moment by which so many more office seconds have passed since the given local one."""
    year, target = local.year, worked_in_year(calendar, local) + seconds
    table = calendar.year(year)
    while target <= 0:
        year -= 1
        table = calendar.year(year)
        target += table.before[-1]
    while target > table.before[-1]:
        target -= table.before[-1]
        year += 1
        table = calendar.year(year)
    index = table.day_reaching(target)
    return _moment(table.first + index, table.days[index].second_after(target - table.before[index]))


def _same_day(calendar: Calendar, local: datetime, late_from: int) -> datetime:
    today, second = calendar.day(local.toordinal()), second_of_day(local)
    in_time = today.seconds and second < today.hours[-1].closes and second <= late_from
    return closing_from(calendar, local.toordinal() + (not in_time))


def closing_from(calendar: Calendar, ordinal: int) -> datetime:
    """The closing of the first day that is worked, from this proleptic Gregorian ordinal on."""
    while not calendar.day(ordinal).seconds:
        ordinal += 1
    return _moment(ordinal, calendar.day(ordinal).hours[-1].closes)


def _moment(ordinal: int, second: int) -> datetime:
    minutes, seconds = divmod(second, 60)
    hour, minute = divmod(minutes, 60)
    return datetime.fromordinal(ordinal).replace(hour=hour, minute=minute, second=seconds, tzinfo=ZONE)


def worked(limit: Limit, calendar: Calendar) -> timedelta:
    """A limit in working hours or days as working time."""
    return timedelta(seconds=limit.value * (3600 if limit.unit == "working-hours" else calendar.day_seconds))
