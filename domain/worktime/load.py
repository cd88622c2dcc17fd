import re
from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from contracts.envelope import Code
from contracts.text import Text
from domain.worktime.calendar import ZONE, Calendar, Exceptional, Span
from domain.worktime.document import read_document
from domain.worktime.errors import CalendarError

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_SHIPPED = Path(__file__).with_name("calendar.yaml")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def load_calendar(path: Path | None = None, known: Container[str] | None = None) -> Calendar:
    """Read a working calendar.

    Args:
        path: the file; without it, the one that is shipped.
        known: codes of the directory; a calendar of any other agency is a slip of the pen, and would hold for nobody.

    Raises:
        CalendarError: naming the file, the place and the remedy.
    """
    path = path or _SHIPPED
    file = read_document(path, _File, CalendarError)
    for code in file.agencies:
        if known is not None and code not in known:
            raise CalendarError(
                path.name, f"agencies.{code}", "the directory has no such agency", "use a code of the directory"
            )
    differing = {
        code: file.calendar_of(agency, f"{path.name}: agencies.{code}") for code, agency in file.agencies.items()
    }
    return replace(file.calendar(path.name), agencies=differing)


class Changes(NamedTuple):
    """The days that a keeper of a calendar announces, and the moment since which they count as announced, in UTC."""

    announced_at: datetime
    days: tuple[Exceptional, ...]


def load_changes(path: Path, calendar: Calendar) -> Changes:
    """Read an announcement: when it is made, and `days_off` and `working_days` as under a year of a calendar.

    Working days without hours of their own have those of the calendar.

    Raises:
        CalendarError: naming the file, the place and the remedy.
    """
    file = read_document(path, _Announcement, CalendarError)
    days = tuple(file.exceptional(calendar.hours))
    if not days:
        raise CalendarError(path.name, "file", "no day is changed", "give days_off, working_days or both")
    calendar.amended(days)  # refuses what contradicts itself
    return Changes(file.announced_at, days)


def _span(given: Any) -> Any:
    form = _SPAN.fullmatch(given) if isinstance(given, str) else None
    if form is None:
        raise ValueError("not a span of hours such as 07:30-11:30 (in quotes)")
    hours = [int(part) for part in form.groups()]
    span = Span(hours[0] * 3600 + hours[1] * 60, hours[2] * 3600 + hours[3] * 60)
    if span.closes <= span.opens:
        raise ValueError("the closing does not come after the opening")
    return span


def _moment(given: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(str(given))
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("not a moment, in Vietnam, such as 2026-03-03 08:00") from None


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Hours(_Strict):
    morning: Annotated[Span, BeforeValidator(_span)]
    afternoon: Annotated[Span, BeforeValidator(_span)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.afternoon and self.afternoon.opens <= self.morning.closes:
            raise ValueError("the afternoon does not begin after the morning's end")
        return self

    @property
    def spans(self) -> tuple[Span, ...]:
        return (self.morning, self.afternoon) if self.afternoon else (self.morning,)


class _DayOff(Text):
    date: date


class _WorkingDay(_DayOff):
    hours: _Hours | None = None


class _Year(_Strict):
    days_off: tuple[_DayOff, ...] = ()
    working_days: tuple[_WorkingDay, ...] = ()

    def exceptional(self, hours: tuple[Span, ...]) -> Iterator[Exceptional]:
        for off in self.days_off:
            yield Exceptional(off.date, Text(vi=off.vi, en=off.en))
        for worked in self.working_days:
            spans = worked.hours.spans if worked.hours else hours
            yield Exceptional(worked.date, Text(vi=worked.vi, en=worked.en), spans)


class _Announcement(_Year):
    announced_at: Annotated[datetime, BeforeValidator(_moment)]


Weekdays = Annotated[tuple[Weekday, ...], Field(min_length=1)]


class _Dated(_Strict):
    """The exceptions of a calendar to its standard day: weekdays with hours of their own, and single dates."""

    weekday_hours: dict[Weekday, _Hours] = Field(default_factory=dict)
    years: dict[int, _Year] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _dates_in_their_year(self) -> Self:
        for number, year in self.years.items():
            for day in (*year.days_off, *year.working_days):
                if day.date.year != number:
                    raise ValueError(f"{day.date} stands under the year {number}")
        return self

    def exceptional(self, hours: tuple[Span, ...]) -> Iterator[Exceptional]:
        for year in self.years.values():
            yield from year.exceptional(hours)


class _Agency(_Dated):
    """How one agency departs from the calendar of all."""

    hours: _Hours | None = None
    weekdays: Weekdays | None = None


class _File(_Dated):
    """The calendar of all, and of agencies that differ."""

    hours: _Hours
    weekdays: Weekdays
    agencies: dict[Code, _Agency] = Field(default_factory=dict)

    def calendar(self, source: str) -> Calendar:
        hours = self.hours.spans
        own = {day: opening.spans for day, opening in self.weekday_hours.items()}
        week = tuple(own.get(day, hours if day in self.weekdays else ()) for day in get_args(Weekday))
        return Calendar(hours, week, tuple(self.exceptional(hours)), source=source)

    def calendar_of(self, agency: _Agency, source: str) -> Calendar:
        """The hours of this agency: its own where it has some, else those of all."""
        said = {name: given for name in ("hours", "weekdays", "weekday_hours") if (given := getattr(agency, name))}
        own = self.model_copy(update=said).calendar(source)
        return own.amended(agency.exceptional(own.hours))
