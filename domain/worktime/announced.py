"""Exceptional days as a calendar takes them, and as they are announced to the services."""

from contracts.calendar_changes import ChangedDay
from contracts.text import Text
from domain.worktime.calendar import Exceptional, Span


def announced(day: Exceptional) -> ChangedDay:
    """The day as `calendar.changed` says it."""
    return ChangedDay(on=day.on, hours=tuple(map(str, day.hours)), vi=day.name.vi, en=day.name.en)


def exceptional(day: ChangedDay) -> Exceptional:
    """The day as a calendar takes it."""
    return Exceptional(day.on, Text(vi=day.vi, en=day.en), tuple(map(Span.parse, day.hours)))
