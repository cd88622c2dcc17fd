from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import StrEnum
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contracts.text import Text
from domain.worktime.errors import CalendarError
from domain.worktime.public_holidays import make_up_days, public_holidays

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Reason(StrEnum):
    """Why a day counts towards a limit, or why it does not."""

    COUNTED = "counted"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    DAY_OFF = "day-off"
    MAKE_UP = "make-up"
    AFTER_HOURS = "after-hours"
    FIRST_DAY = "first-day"
    NEXT_WORKING_DAY = "next-working-day"
    PAUSED = "paused"


class Span(NamedTuple):
    """Opening and closing of an office, in seconds after local midnight."""

    opens: int
    closes: int

    @classmethod
    def parse(cls, text: str) -> "Span":
        """Read `07:30-11:30`.

        Raises:
            ValueError: it is no such text.
        """
        opens, _, closes = text.partition("-")
        return cls(*(_seconds(time.fromisoformat(part)) for part in (opens, closes)))

    def __str__(self) -> str:
        return "-".join(f"{second // 3600:02}:{second % 3600 // 60:02}" for second in self)


@dataclass(frozen=True, slots=True)
class Exceptional:
    """One date on which an office departs from its week and from the public holidays.

    Attributes:
        on: the date.
        name: what the day is called.
        hours: the hours worked on it; empty when the office is closed.
    """

    on: date
    name: Text
    hours: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """One date: its office hours, their seconds, and the reason for them."""

    hours: tuple[Span, ...]
    seconds: int
    reason: Reason
    name: Text | None

    def worked_until(self, second: int) -> int:
        """Seconds of office hours that have passed by the given second after local midnight."""
        worked = 0
        for opens, closes in self.hours:
            if second <= opens:
                break
            worked += min(second, closes) - opens
        return worked

    def second_after(self, worked: int) -> int:
        """The second after local midnight at which so many seconds (1 to all) are worked, a closing included."""
        for opens, closes in self.hours:
            if worked <= closes - opens:
                return opens + worked
            worked -= closes - opens
        raise ValueError(f"this day has no such second: it is worked for {self.seconds} seconds only")


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one year with running totals: `before[i]` seconds are worked before day `i`, `before[-1]` in all."""

    first: int
    days: tuple[Day, ...]
    before: tuple[int, ...]

    def day_reaching(self, worked: int) -> int:
        """Index of the day in which this many seconds of the year (at least 1, at most all) are worked."""
        return bisect_left(self.before, worked) - 1


@dataclass(frozen=True, slots=True)
class Calendar:
    """An agency's working time in Asia/Ho_Chi_Minh: exceptions before public holidays before the week.

    Attributes:
        hours: office hours of a standard working day, in order; a make-up day has them, too.
        week: the hours of each weekday, Monday first; empty where it is not worked.
        exceptions: dates that depart from this; each at most once.
        agencies: the calendars of agencies that differ, by code; these have none of their own.
        source: name of the file it came from, for error messages.
        day_seconds: seconds in one standard working day, the unit of limits in working days.

    Raises:
        CalendarError: no working day at all, hours out of order, or a date that is given twice.
    """

    hours: tuple[Span, ...]
    week: tuple[tuple[Span, ...], ...]
    exceptions: tuple[Exceptional, ...] = ()
    agencies: Mapping[str, "Calendar"] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    source: str = field(default="calendar", compare=False)
    day_seconds: int = field(init=False, repr=False, compare=False)
    _exceptional: dict[date, Exceptional] = field(default_factory=dict, init=False, repr=False, compare=False)
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_week()
        object.__setattr__(self, "day_seconds", _length(self.hours))
        for exceptional in self.exceptions:
            if exceptional.on in self._exceptional:
                raise CalendarError(
                    self.source,
                    f"years.{exceptional.on.year}",
                    f"{exceptional.on} is given twice",
                    "keep it once, either as a day off or as a working day",
                )
            self._exceptional[exceptional.on] = exceptional

    def of(self, agency: str) -> "Calendar":
        """The calendar that this agency works by: its own where it differs, else this one."""
        return self.agencies.get(agency, self)

    def amended(self, changes: Iterable[Exceptional]) -> "Calendar":
        """The same calendar, with these dates worked otherwise; of two changes of one date the later one counts.

        Agencies that differ have them, too: who announces a day off speaks for all offices.
        """
        changes = tuple(changes)
        known = self._exceptional | {change.on: change for change in changes}
        differing = {code: calendar.amended(changes) for code, calendar in self.agencies.items()}
        return replace(self, exceptions=tuple(known[on] for on in sorted(known)), agencies=differing)

    def year(self, number: int) -> Year:
        """The table of one year, built on first use."""
        table = self._years.get(number)
        if table is None:
            table = self._years[number] = self._build(number)
        return table

    def day(self, ordinal: int) -> Day:
        """The day with this proleptic Gregorian ordinal (`date.toordinal`)."""
        table = self.year(date.fromordinal(ordinal).year)
        return table.days[ordinal - table.first]

    def _build(self, number: int) -> Year:
        days = tuple(self._days(number))
        return Year(date(number, 1, 1).toordinal(), days, tuple(accumulate((day.seconds for day in days), initial=0)))

    def _days(self, number: int) -> Iterator[Day]:
        names, make_up = public_holidays(number), make_up_days(number)
        week = [Day(hours, _length(hours), Reason.COUNTED if hours else Reason.WEEKEND, None) for hours in self.week]
        extra = Day(self.hours, self.day_seconds, Reason.MAKE_UP, None)
        for ordinal in range(date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal() + 1):
            on = date.fromordinal(ordinal)
            if on in self._exceptional:
                yield _exceptional_day(self._exceptional[on])
            elif on in make_up:
                yield extra
            elif on in names:
                yield Day((), 0, Reason.HOLIDAY, names[on])
            else:
                yield week[on.weekday()]

    def _check_week(self) -> None:
        if not any(self.week) or not self.hours:
            raise CalendarError(
                self.source, "weekdays", "no day is ever worked", "give at least one weekday and its hours"
            )
        for hours in (self.hours, *self.week, *(exceptional.hours for exceptional in self.exceptions)):
            moments = [second for span in hours for second in span]
            if moments != sorted(set(moments)):
                raise CalendarError(
                    self.source, "hours", "openings and closings are out of order", "give morning before afternoon"
                )


def _exceptional_day(exceptional: Exceptional) -> Day:
    reason = Reason.MAKE_UP if exceptional.hours else Reason.DAY_OFF
    return Day(exceptional.hours, _length(exceptional.hours), reason, exceptional.name)


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _length(hours: tuple[Span, ...]) -> int:
    return sum(closes - opens for opens, closes in hours)
