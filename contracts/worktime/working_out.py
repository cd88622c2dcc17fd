from collections.abc import Iterator
from datetime import date, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.worktime.calendar import Calendar, Reason
from contracts.worktime.limit import Limit
from contracts.worktime.reckon import due_at, last_day, second_of_day, to_local
from contracts.worktime.text import Text

_WHOLE_DAY = 86_400
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


def add(calendar: Calendar, start: datetime, limit: Limit) -> Due:
    """The due moment as `due_at` gives it, explained date by date.

    Raises:
        ValueError: the start has no time zone.
    """
    first, due = to_local(start), due_at(calendar, start, limit)
    working = limit.unit in ("working-hours", "working-days")
    lines = _office_lines(calendar, first, due) if working else _calendar_lines(calendar, first, due, limit)
    return Due.model_construct(at=due, working_out=tuple(lines))


def _office_lines(calendar: Calendar, first: datetime, due: datetime) -> Iterator[Line]:
    for on in _dates(first.date(), due.date()):
        day = calendar.day(on.toordinal())
        until = second_of_day(due) if on == due.date() else _WHOLE_DAY
        since = second_of_day(first) if on == first.date() else 0
        counted = day.worked_until(until) - day.worked_until(since)
        late = day.seconds > 0 and counted == 0
        reason = Reason.AFTER_HOURS if late else day.reason
        yield _line(on, counted, reason, None if late else day.name)


def _calendar_lines(calendar: Calendar, first: datetime, due: datetime, limit: Limit) -> Iterator[Line]:
    last = last_day(first.date(), limit)
    for on in _dates(first.date(), due.date()):
        day = calendar.day(on.toordinal())
        if on == first.date():
            yield _line(on, 0, Reason.FIRST_DAY, None)
        elif on <= last:
            yield _line(on, _WHOLE_DAY, Reason.COUNTED, day.name or _CALENDAR_DAY)
        elif on < due.date():
            yield _line(on, 0, day.reason, day.name)
        else:
            yield _line(on, 0, Reason.NEXT_WORKING_DAY, None)


def _dates(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=days) for days in range((last - first).days + 1))


def _line(on: date, counted: int, reason: Reason, name: Text | None) -> Line:
    return Line.model_construct(on=on, counted=counted, reason=reason, name=name or _NAMES[reason])
