"""What facts about one dossier say of its deadlines, worked out once more, plainly, and all at once.

Of the product it uses the calendar's arithmetic and the rule sets, which have tests of their own; not its fold, and not
its decisions.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from contracts import intake, rating, routing, sla
from contracts.calendar_changes import CalendarChanged, CalendarRetracted
from contracts.envelope import AnyEvent
from domain.rules import Occasion, RuleSet, load_rule_sets
from domain.worktime import Calendar, Clock, Limit, Wait, shift, worked
from domain.worktime.announced import exceptional
from tests.laws.rules import calendar
from tests.laws.watched import Watched, begun, ended, ends_all

OVERDUE = "overdue"
"""Stands for `dossier.overdue` among the rungs of the ladder."""


class Step(NamedTuple):
    """One rung, or that a moment was missed at all, of one deadline."""

    deadline: str
    due: datetime
    rung: str
    reason: str


class Oracle:
    """Some facts of one dossier, or of one complaint."""

    def __init__(self, facts: Iterable[AnyEvent]) -> None:
        self._facts = sorted(facts, key=lambda event: (event.time, event.identity))
        self._calendar = calendar()
        self._expected: dict[str, dict[Step, datetime]] = {}

    @cached_property
    def birth(self) -> AnyEvent | None:
        """What made a dossier or a complaint of it."""
        born = (e for e in self._facts if isinstance(e.data, intake.DossierReceived | rating.FeedbackSubmitted))
        return next(born, None)

    @property
    def main(self) -> Watched:
        """The deadline of the whole."""
        return self.watched[sla.WHOLE if sla.WHOLE in self.watched else sla.FEEDBACK]

    @cached_property
    def over(self) -> datetime | None:
        """When all was over."""
        return min(chain.from_iterable(map(ends_all, self._facts)), default=None)

    @cached_property
    def expected(self) -> dict[Step, datetime]:
        """Everything that has to be said some day, with its instant, if no more becomes known."""
        return {step: at for key in self.watched for step, at in self.expected_of(key).items()}

    def expected_of(self, key: str) -> dict[Step, datetime]:
        """The same of one deadline; a new date belongs to that of the whole."""
        if key not in self._expected:
            one = self.watched.get(sla.WHOLE if key == sla.NEW_DATE else key)
            self._expected[key] = dict(self._of(one)) if one and self.birth else {}
        return self._expected[key]

    @cached_property
    def _rules(self) -> RuleSet:
        assert self.birth is not None
        return load_rule_sets().on(self.birth.time)

    @cached_property
    def watched(self) -> dict[str, Watched]:
        """Every deadline by its key; what would begin it a second time does not."""
        ends: dict[str, list[datetime]] = defaultdict(list)
        for event in self._facts:
            for name in ended(event):
                ends[name].append(event.time)
        found: dict[str, Watched] = {}
        for event in self._facts:
            if (one := begun(event)) is not None:
                one.ends = [*(end for name in one.names for end in ends[name]), *([self.over] if self.over else [])]
                found.setdefault(one.key, one)
        return found

    def due(self, one: Watched) -> datetime | None:
        """When a deadline is due: by whichever calendar that was ever known it is due last; None while it stands."""
        limit = Limit.parse(one.limit) if one.limit else None
        if limit is None and one.promised is None:
            return None
        due, taken_back = self._due(one, limit, self._standing), self._taken_back
        if due is None or not taken_back:
            return due
        warned = shift(self._last_calendar, due, -self._warning(one)).astimezone(UTC)
        bound = {announced for announced, at in taken_back.items() if at > one.started and at > warned}
        return self._due(
            one, limit, [event for event in self._announced if event in self._standing or event.id in bound]
        )

    def _due(self, one: Watched, limit: Limit | None, announced: list[AnyEvent]) -> datetime | None:
        waits = tuple(self._waits(one))
        dates = [Clock(self._calendar, one.started, limit, one.promised, waits).due]
        calendars = self._calendars(announced) if limit else []
        dates += [Clock(other, one.started, limit, None, waits).due for other in calendars]
        return None if None in dates else max(date.astimezone(UTC) for date in dates if date)

    @property
    def _announced(self) -> list[AnyEvent]:
        return [event for event in self._facts if isinstance(event.data, CalendarChanged)]

    @cached_property
    def _taken_back(self) -> dict[str, datetime]:
        """Announcements that their own keeper took back, since when."""
        announced, found = {event.id: event.source for event in self._announced}, dict[str, datetime]()
        for event in self._facts:
            if isinstance(event.data, CalendarRetracted) and announced.get(event.data.announcement) == event.source:
                found.setdefault(event.data.announcement, event.time)
        return found

    @cached_property
    def _standing(self) -> list[AnyEvent]:
        return [event for event in self._announced if event.id not in self._taken_back]

    def _warning(self, one: Watched) -> timedelta:
        """How long before its date a deadline is warned of."""
        assert self.birth is not None
        pinned = getattr(self.birth.data, "due_soon", None) if one.kind == "dossier" else None
        return worked(Limit.parse(pinned) if pinned else self._rules.due_soon[one.kind].value, self._last_calendar)

    def _calendars(self, announced: list[AnyEvent]) -> list[Calendar]:
        """The calendar after each announcement."""
        days = [event.data.days for event in announced]
        return [
            self._calendar.amended(exceptional(day) for days in days[: place + 1] for day in days)
            for place in range(len(days))
        ]

    @cached_property
    def _last_calendar(self) -> Calendar:
        return self._calendars(self._standing)[-1] if self._standing else self._calendar

    def _later(self, moment: datetime, delay: timedelta) -> datetime:
        return shift(self._last_calendar, moment, delay).astimezone(UTC) if delay else moment

    def _waits(self, one: Watched) -> Iterator[Wait]:
        """Times in which the dossier waited, by the report that asked for it."""
        ends = {e.data.suspended_by: e.time for e in self._facts if isinstance(e.data, routing.DossierResumed)}
        for event in self._facts:
            if isinstance(event.data, routing.DossierSuspended) and one.open_at(event.time):
                cause = event.data.cause
                yield Wait(cause, event.time, ends.get(event.causationid), effect=self._rules.effect(cause, one.kind))

    def _of(self, one: Watched) -> Iterator[tuple[Step, datetime]]:
        due = self.due(one)
        if due is None or not one.open_at(due):
            return
        yield Step(one.key, due, OVERDUE, OVERDUE), due
        yield from self._rungs(one, one.kind, due, due, one.ended)
        yield from self._unexplained(one, due)
        for given in self._new_dates(due) if one.kind == "dossier" else ():
            again = self._missed_again(given)
            if again is not None and one.open_at(again):
                yield Step(sla.NEW_DATE, again, OVERDUE, OVERDUE), again
                yield from self._rungs(one, "second-breach", again, again, one.ended)
                yield from self._unexplained(one, again)

    def _rungs(
        self, one: Watched, why: Occasion, due: datetime, since: datetime, until: datetime | None
    ) -> Iterator[tuple[Step, datetime]]:
        for rung, delay in self._rules.ladder(why):
            at = self._later(since, delay)
            if until is None or until > at:
                yield Step(one.key, due, rung, OVERDUE if why == one.kind else why), at

    def _unexplained(self, one: Watched, due: datetime) -> Iterator[tuple[Step, datetime]]:
        """Explanations that were asked for and not given."""
        for event in self._facts:
            wanted = event.data
            if isinstance(wanted, sla.ExplanationRequired) and (wanted.deadline, wanted.due) == (one.key, due):
                told = (e.time for e in self._facts if _explains(e, one, wanted.agency))
                ends = [end for end in (min(told, default=None), self.over) if end]
                yield from self._rungs(one, "explanation-missing", due, wanted.by, min(ends, default=None))

    def _new_dates(self, due: datetime) -> list[AnyEvent]:
        back = {e.data.overdue_id for e in self._facts if isinstance(e.data, sla.DossierOverdueRetracted)}
        given = [e for e in self._facts if isinstance(e.data, sla.DossierRescheduled) and e.data.kind == "late"]
        return [e for e in given if e.data.old_date == due and e.data.overdue_id not in back]

    def _missed_again(self, given: AnyEvent) -> datetime | None:
        """When the new date is missed: a wait that began later moves it."""
        whole = self.watched[sla.WHOLE]
        waits = [wait for wait in self._waits(whole) if wait.since >= given.time and wait.effect != "nothing"]
        waits = [Wait(wait.cause, wait.since, wait.until) for wait in waits]
        due = Clock(self._last_calendar, given.time, None, given.data.new_date, tuple(waits)).due
        return due and due.astimezone(UTC)


def _explains(event: AnyEvent, one: Watched, agency: str) -> bool:
    told = event.data
    if not isinstance(told, routing.DelayExplained) or event.time < one.started:
        return False
    return told.step == one.step if one.kind == "step" else told.agency == agency
