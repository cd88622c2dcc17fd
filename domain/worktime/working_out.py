from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.text import Text
from domain.worktime.calendar import Calendar, Day, Reason
from domain.worktime.clock import Clock
from domain.worktime.errors import ClockError
from domain.worktime.limit import Limit
from domain.worktime.reckon import LATE_IN_THE_DAY, second_of_day, to_local

_WHOLE_DAY = 86_400
"""Seconds."""
_CALENDAR_DAY = Text(vi="Ngày theo lịch", en="Calendar day")
_NAMES = {
    Reason.COUNTED: Text(vi="Ngày làm việc", en="Working day"),
    Reason.WEEKEND: Text(vi="Nghỉ cuối tuần", en="Weekend"),
    Reason.HOLIDAY: Text(vi="Nghỉ lễ", en="Public holiday"),
    Reason.DAY_OFF: Text(vi="Ngày nghỉ", en="Day off"),
    Reason.MAKE_UP: Text(vi="Ngày làm bù", en="Make-up working day"),
    Reason.AFTER_HOURS: Text(vi="Ngoài giờ làm việc", en="After office hours"),
    Reason.FIRST_DAY: Text(vi="Ngày tiếp nhận, không tính", en="Day of receipt, not counted"),
    Reason.NEXT_WORKING_DAY: Text(vi="Ngày làm việc tiếp theo", en="Next working day"),
    Reason.PAUSED: Text(vi="Tạm dừng", en="Paused"),
}


class Line(BaseModel):
    """One date between the start and the due moment, and what it contributed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date = Field(description="the date in Asia/Ho_Chi_Minh")
    counted: int = Field(ge=0, description="seconds counted: of office hours, or 86400 for a counted calendar day")
    reason: Reason = Field(description="why it counted or did not")
    name: Text = Field(description="the day's name, for the citizen")


class Due(BaseModel):
    """A due moment with its working-out; the counted seconds of the lines add up to the limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime = Field(description="the due moment, in Asia/Ho_Chi_Minh")
    working_out: tuple[Line, ...] = Field(description="one line per date from the start's to the due moment's")


def add(calendar: Calendar, start: datetime, limit: Limit, late_from: int = LATE_IN_THE_DAY) -> Due:
    """The due moment as `due_at` gives it, explained date by date.

    Raises:
        ValueError: the start has no time zone.
    """
    clock = Clock(calendar, to_local(start), limit, late_from=late_from)
    assert clock.due is not None  # noqa: S101 - nothing pauses this clock
    return Due.model_construct(at=clock.due, working_out=days_of(clock))


def days_of(clock: Clock) -> tuple[Line, ...]:
    """The contribution of every date between the start and the due moment to a clock that runs.

    Raises:
        ClockError: the clock stands, so there is no due moment.
    """
    due = to_local(due_of(clock))
    first = to_local(clock.counted_from)
    by_day = clock.last_day is not None
    return tuple(_calendar_lines(clock, first, due) if by_day else _office_lines(clock, first, due))


def due_of(clock: Clock) -> datetime:
    """The due moment of a clock that runs.

    Raises:
        ClockError: it stands for a wait that has not ended.
    """
    if clock.due is None:
        standing = next(wait for wait in clock.waits if wait.until is None and wait.effect != "nothing")
        raise ClockError(
            f"the clock stands since {standing.since.isoformat()} ({standing.cause}): there is no due moment until "
            "that wait ends; ask again then, or tell when it ended"
        )
    return clock.due


def _office_lines(clock: Clock, first: datetime, due: datetime) -> Iterator[Line]:
    spans = [(to_local(span.since), to_local(span.until or due), bool(span.waits)) for span in clock.ledger(due)]
    for on in _dates(first.date(), due.date()):
        day = clock.calendar.day(on.toordinal())
        counted = sum(_worked(day, on, since, until) for since, until, stands in spans if not stands)
        stood = any(_worked(day, on, since, until) for since, until, stands in spans if stands)
        if day.seconds > 0 and counted == 0:
            yield _line(on, 0, Reason.PAUSED if stood else Reason.AFTER_HOURS, None)
        else:
            yield _line(on, counted, day.reason, day.name)


def _worked(day: Day, on: date, since: datetime, until: datetime) -> int:
    """Office seconds of one date within a span."""
    if on < since.date() or on > until.date():
        return 0
    begin = second_of_day(since) if on == since.date() else 0
    end = second_of_day(until) if on == until.date() else _WHOLE_DAY
    return day.worked_until(end) - day.worked_until(begin)


def _calendar_lines(clock: Clock, first: datetime, due: datetime) -> Iterator[Line]:
    last = date.fromordinal(clock.last_day or 0)
    stands = [(to_local(span.since), to_local(span.until or due)) for span in clock.ledger(due) if span.waits]
    begun = False
    for on in _dates(first.date(), due.date()):
        day = clock.calendar.day(on.toordinal())
        if any(since.date() <= on < until.date() for since, until in stands):
            yield _line(on, 0, Reason.PAUSED, None)
        elif not begun:
            begun = True  # the first day does not count, and where the clock stood at its end, the next one neither
            yield _line(on, 0, Reason.FIRST_DAY, None)
        elif on <= last:
            yield _line(on, _WHOLE_DAY, Reason.COUNTED, day.name or _CALENDAR_DAY)
        elif on < due.date():
            yield _line(on, 0, day.reason if not day.seconds else Reason.AFTER_HOURS, day.name)
        else:
            yield _line(on, 0, Reason.NEXT_WORKING_DAY, None)


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=days) for days in range((last - first).days + 1))


def _line(on: date, counted: int, reason: Reason, name: Text | None) -> Line:
    return Line.model_construct(on=on, counted=counted, reason=reason, name=name or _NAMES[reason])
