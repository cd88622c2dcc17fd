"""A deadline as a clock: a budget of time, and a ledger of the spans in which it runs and in which it stands.

The due moment is derived from these, never kept beside them as a second truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from domain.worktime.calendar import ZONE, Calendar
from domain.worktime.errors import ClockError
from domain.worktime.limit import Limit
from domain.worktime.reckon import (
    LATE_IN_THE_DAY,
    after,
    between,
    closing_from,
    due_at,
    last_day,
    to_local,
    worked,
)

Effect = Literal["pauses", "restarts", "nothing"]
"""The effect of a wait on a clock: it stands meanwhile, it begins anew afterwards, or it runs on."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody is waited for (tạm dừng).

    Attributes:
        cause: why, for example `payment`.
        since: when it began.
        until: when it ended; None as long as it lasts.
        by: code of the agency that asked for it.
        effect: what it does to this clock.

    Raises:
        ClockError: it ends before it begins.
    """

    cause: str
    since: datetime
    until: datetime | None = None
    by: str = ""
    effect: Effect = "pauses"

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise ClockError(
                f"the pause for {self.cause} ends at {self.until.isoformat()}, before it begins at "
                f"{self.since.isoformat()}; give the moments in order"
            )


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span of the ledger: the clock runs, or stands for these waits."""

    since: datetime
    until: datetime | None
    waits: tuple[Wait, ...] = ()

    @property
    def restarts(self) -> bool:
        """The clock begins anew after it."""
        return any(wait.effect == "restarts" for wait in self.waits)


@dataclass(frozen=True)
class Clock:
    """A budget of time and what has become of it so far. Moments are aware; working time is the calendar's.

    Attributes:
        calendar: office hours and days off.
        started: when it began to run.
        limit: the budget; None where only a date was promised: then it is the working time from start to that date.
        promised: the date that was given to the citizen, which holds as long as the clock never stood.
        waits: who was waited for, in any order; they may overlap.
        late_from: second after local midnight after which what is due on the same day came too late for that.

    Raises:
        ClockError: neither a limit nor a date.
    """

    calendar: Calendar
    started: datetime
    limit: Limit | None = None
    promised: datetime | None = None
    waits: tuple[Wait, ...] = ()
    late_from: int = LATE_IN_THE_DAY

    def __post_init__(self) -> None:
        if self.limit is None and self.promised is None:
            raise ClockError("a clock needs a budget: give a limit, or the date that was promised")

    @cached_property
    def due(self) -> datetime | None:
        """When the budget is used up; None while the clock stands. In Asia/Ho_Chi_Minh, or as it was promised."""
        return self._run[-1].due

    @property
    def counted_from(self) -> datetime:
        """Where the budget that counts begins: the start, or the end of the last wait after which it began anew."""
        return self._run[-1].fresh

    @property
    def last_day(self) -> int | None:
        """Of a limit in calendar days or months: ordinal of its last day, worked or not."""
        return self._run[-1].last

    @cached_property
    def allowed(self) -> int:
        """The whole budget as seconds of working time."""
        return self._budget(self.started)

    def used(self, until: datetime) -> int:
        """Seconds of working time the clock ran, up to a moment; since it last began anew."""
        total = timedelta()
        for span in self.ledger(until):
            total += timedelta() if span.waits else between(self.calendar, span.since, span.until or until)
        return int(total.total_seconds())

    def ledger(self, until: datetime) -> Iterator[Stretch]:
        """Running and standing spans, in order, from where the budget that counts begins up to a moment."""
        at = self.counted_from
        for pause in self._pauses:
            if at >= until or pause.since >= until:
                break
            if pause.until is not None and pause.until <= at:
                continue
            if pause.since > at:
                yield Stretch(at, pause.since)
            at = until if pause.until is None else min(pause.until, until)
            yield replace(pause, since=max(pause.since, self.counted_from), until=None if pause.until is None else at)
        if at < until:
            yield Stretch(at, until)

    @cached_property
    def _pauses(self) -> tuple[Stretch, ...]:
        """The times in which the clock stands: overlapping waits are one."""
        merged: list[Stretch] = []
        for wait in sorted((wait for wait in self.waits if wait.effect != "nothing"), key=_begins):
            last = merged[-1] if merged else None
            if last is None or (last.until is not None and last.until <= wait.since):
                merged.append(Stretch(wait.since, wait.until, (wait,)))
            else:
                until = None if last.until is None or wait.until is None else max(last.until, wait.until)
                merged[-1] = Stretch(last.since, until, (*last.waits, wait))
        return tuple(merged)

    @cached_property
    def _run(self) -> tuple["_Reading", ...]:
        """The clock after each pause that counts; its first reading is without any."""
        readings = [self._begun(self.started, self.promised)]
        for pause in self._pauses:
            reading = readings[-1]
            if pause.until is not None and (pause.until, pause.restarts) <= (reading.at, False):
                continue
            if reading.due is None or pause.since >= reading.due:
                break
            readings.append(self._after_pause(reading, pause))
        return tuple(readings)

    def _begun(self, at: datetime, promised: datetime | None) -> "_Reading":
        """A whole budget from here."""
        if self.limit is None:
            left = self._budget(at)
            return _Reading(at, at, promised or after(self.calendar, to_local(at), left), left)
        due, left = due_at(self.calendar, at, self.limit, self.late_from), 0
        if self.limit.unit == "same-day":
            at = _same_day_from(at, due)
            left = int(between(self.calendar, at, due).total_seconds())
        if self.limit.worked:
            left = int(worked(self.limit, self.calendar).total_seconds())
        elif self.limit.unit != "same-day" and promised in (None, due):
            return _Reading(at, at, due, 0, last_day(to_local(at).date(), self.limit).toordinal())
        if promised not in (None, due):
            left = int(between(self.calendar, at, promised).total_seconds()) if promised else left
        return _Reading(at, at, promised or due, left)

    def _after_pause(self, reading: "_Reading", pause: Stretch) -> "_Reading":
        if pause.until is None:
            return replace(reading, due=None)
        if pause.restarts:
            fresh = self._begun(pause.until, None)
            return replace(fresh, due=_latest(reading.due, pause.until, fresh.due))
        since = max(pause.since, reading.at)
        if reading.last is not None:
            return self._days_later(reading, since, pause.until)
        left = reading.left - int(between(self.calendar, reading.at, since).total_seconds())
        due = after(self.calendar, to_local(pause.until), left)
        return replace(reading, at=pause.until, left=left, due=_latest(reading.due, pause.until, due))

    def _days_later(self, reading: "_Reading", since: datetime, until: datetime) -> "_Reading":
        """A calendar day counts unless the clock stands at its end; once all have, the office only has to open."""
        assert reading.last is not None  # noqa: S101 - only called for limits in calendar days
        began, ended = since.astimezone(ZONE).date(), until.astimezone(ZONE).date()
        last = reading.last + ((ended - began).days if began.toordinal() <= reading.last else 0)
        due = closing_from(self.calendar, last)
        while due <= until:
            due = closing_from(self.calendar, due.toordinal() + 1)
        return replace(reading, at=until, last=last, due=_latest(reading.due, due))

    def _budget(self, start: datetime) -> int:
        if self.limit is None:
            assert self.promised is not None  # noqa: S101 - checked when it was made
            return int(between(self.calendar, self.started, self.promised).total_seconds())
        if self.limit.worked:
            return int(worked(self.limit, self.calendar).total_seconds())
        undisturbed = due_at(self.calendar, start, self.limit, self.late_from)
        counted = _same_day_from(start, undisturbed) if self.limit.unit == "same-day" else start
        return int(between(self.calendar, counted, undisturbed).total_seconds())


@dataclass(frozen=True, slots=True)
class _Reading:
    """The clock at one moment: since when it runs, what is left of the budget, and what follows."""

    at: datetime
    fresh: datetime
    due: datetime | None
    left: int
    last: int | None = None


def _begins(wait: Wait) -> tuple[datetime, float]:
    """Of waits that begin together, the shortest comes first."""
    return wait.since, float("inf") if wait.until is None else wait.until.timestamp()


def _same_day_from(start: datetime, due: datetime) -> datetime:
    """A start that came too late for its own day has the day it is due on, and nothing of its own."""
    return max(start, due.replace(hour=0, minute=0, second=0))


def _latest(*moments: datetime | None) -> datetime:
    return max(moment for moment in moments if moment is not None)
