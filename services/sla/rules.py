"""What the deadline watch goes by, and the clock that follows from it for one deadline."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from domain.rules import RuleSet, RuleSets, load_rule_sets
from domain.worktime import ZONE, Calendar, Clock, Exceptional, Limit, LimitError, Wait, between, shift, worked
from services.sla.deadline import Deadline
from services.sla.state import Amendment, State

NAMED_CALENDARS = 1_000
"""So many amended calendars are kept in memory; every announcement makes one. With fewer, the same ones are worked out
again and again after a storm, for every dossier anew; with more, a long-lived process keeps what nobody asks for."""


@dataclass(frozen=True)
class Rules:
    """What the deadline watch goes by.

    Attributes:
        calendar: working hours and days off; each deadline goes by those of the agency whose work it is.
        superiors: the level above each agency, by code.
        rule_sets: what holds for a dossier, by the day it was received.
        in_transit: who answers for the time between a hand-over and its acknowledgement (a design choice).
    """

    calendar: Calendar
    superiors: Mapping[str, str] = field(default_factory=dict)
    rule_sets: RuleSets = field(default_factory=load_rule_sets)
    in_transit: Literal["receiver", "sender"] = "receiver"
    _amended: dict[tuple[tuple[Exceptional, ...], ...], Calendar] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def rule_set(self, state: State) -> RuleSet:
        """The rule set the dossier was received under."""
        return self.rule_sets.by_name[state.rule_set]

    def calendar_of(self, state: State, agency: str) -> Calendar:
        """The agency's calendar with all that was announced for this dossier and not taken back."""
        taken_back = state.taken_back
        announced = tuple(amendment.days for amendment in state.amendments if amendment.id not in taken_back)
        return (self._calendar(announced) if announced else self.calendar).of(agency)

    def clock(self, state: State, deadline: Deadline) -> Clock:
        """The clock of a deadline: of all calendars that were ever announced the one by which it is due last.

        So a promised date is never brought forward, neither by a make-up day nor by taking back a day off. Announced
        days outside its time move nothing, and no day moves a date that is known without a limit.

        What was taken back counts as never announced, where the date before it can still be kept as well as any other:
        its warning lies ahead. A date that came nearer, or passed, while the announcement held stays as it moved it.
        """
        if deadline.kind == "new-date":
            return self._clock_of_new_date(state, deadline)
        taken_back = state.taken_back
        if not taken_back:
            return self._clock(state, deadline, state.amendments)
        standing = tuple(amendment for amendment in state.amendments if amendment.id not in taken_back)
        clock = self._clock(state, deadline, standing)
        bound = {announced for announced, at in taken_back.items() if self._too_late(state, deadline, clock, at)}
        if not bound:
            return clock
        binding = tuple(known for known in state.amendments if known.id not in taken_back or known.id in bound)
        return self._clock(state, deadline, binding)

    def _clock_of_new_date(self, state: State, given: Deadline) -> Clock:
        """A new date waits whenever the dossier's own clock does; only waits that began since it was given count."""
        rules = self.rule_set(state)
        waits = tuple(
            Wait(pause.cause, pause.since, pause.until, pause.by)
            for pause in state.pauses
            if pause.since >= given.started and rules.effect(pause.cause, given.ruled_as) != "nothing"
        )
        return Clock(self.calendar_of(state, given.agency), given.started, None, given.promised, waits)

    def _clock(self, state: State, deadline: Deadline, announced: tuple[Amendment, ...]) -> Clock:
        rules, limit = self.rule_set(state), limit_of(deadline.limit)
        waits = tuple(_waits(state, deadline, rules))
        own = self.calendar.of(deadline.agency)
        clock = Clock(own, deadline.started, limit, deadline.promised, waits, rules.late_from)
        for known in range(1, len(announced) + 1) if limit else ():
            calendar = self._calendar(tuple(amendment.days for amendment in announced[:known])).of(deadline.agency)
            other = Clock(calendar, deadline.started, limit, None, waits, rules.late_from)
            if _touches(announced[known - 1], other) and _later(other, clock):
                clock = other
        return clock

    def _too_late(self, state: State, deadline: Deadline, clock: Clock, at: datetime) -> bool:
        """Whether a deadline ran when an announcement was taken back, and its date is too near for that by then."""
        if clock.due is None or at <= deadline.started:
            return False
        return at > shift(clock.calendar, clock.due, -self._warning(state, deadline, clock.calendar))

    def _warning(self, state: State, deadline: Deadline, calendar: Calendar) -> timedelta:
        """How long before its date a deadline is due soon."""
        pinned = limit_of(state.warn_before) if deadline.kind == "dossier" else None
        return worked(pinned or self.rule_set(state).due_soon[deadline.ruled_as].value, calendar)

    def derived(self, state: State, deadline: Deadline) -> dict[str, object]:
        """What follows from a deadline's clock: when it is due and due soon, and how it went once it is over."""
        limit = limit_of(deadline.limit)
        if deadline.promised is None and limit is None:
            return {}
        if deadline.kind == "new-date":
            return self._derived_of_new_date(state, deadline)
        simple = limit is None or limit.unit != "same-day"
        if deadline.ended is not None and deadline.due is not None and simple and _undisturbed(state):
            own = self.calendar.of(deadline.agency)
            used = between(own, deadline.started, max(deadline.started, deadline.ended))
            return {"used": int(used.total_seconds()), "verdict": _verdict(deadline.due, deadline.ended)}
        clock = self.clock(state, deadline)
        due = clock.due and clock.due.astimezone(UTC)
        derived: dict[str, object] = {"due": due, "soon": self._soon(state, deadline, due), "allowed": clock.allowed}
        if deadline.ended is not None:
            derived |= {"used": clock.used(deadline.ended), "verdict": _verdict(due, deadline.ended)}
        return derived

    def holds(self, state: State, given: Deadline) -> bool:
        """Whether a new date holds: the very date that it was given for is due, and was missed."""
        due = None if state.main is None else state.main.due
        return due is not None and any(
            late.due == due for late in state.raised if late.id == given.overdue_id and not late.retracted
        )

    def _derived_of_new_date(self, state: State, given: Deadline) -> dict[str, object]:
        """When it is due, if it holds; nobody is warned of it, and no figures are kept of it."""
        due = self.clock(state, given).due if self.holds(state, given) else None
        return {"due": due and due.astimezone(UTC)}

    def _soon(self, state: State, deadline: Deadline, due: datetime | None) -> datetime | None:
        """When to warn; never where that lies before the clock began."""
        if due is None:
            return None
        calendar = self.calendar_of(state, deadline.agency)
        soon = shift(calendar, due, -self._warning(state, deadline, calendar)).astimezone(UTC)
        return soon if soon > deadline.started else None

    def paused(self, state: State, since: datetime, until: datetime) -> int:
        """Seconds of working time that a wait took."""
        return max(0, int(between(self.calendar_of(state, state.competent), since, until).total_seconds()))

    def _calendar(self, announced: tuple[tuple[Exceptional, ...], ...]) -> Calendar:
        found = self._amended.get(announced)
        if found is None:
            if len(self._amended) >= NAMED_CALENDARS:
                self._amended.clear()
            found = self.calendar.amended(day for days in announced for day in days)
            self._amended[announced] = found
        return found


@cache
def limit_of(text: str) -> Limit | None:
    """The limit a text gives; None for history, and for what is no limit: then the date that came with it counts."""
    try:
        return Limit.parse(text)
    except LimitError:
        return None


def _touches(amendment: Amendment, clock: Clock) -> bool:
    """Whether an announced day lies in the clock's time."""
    first = _day(clock.started)
    last = None if clock.due is None else _day(clock.due)
    return any(first <= day.on.toordinal() and (last is None or day.on.toordinal() <= last) for day in amendment.days)


def _later(one: Clock, other: Clock) -> bool:
    """Whether one is due later than the other; a clock that stands is due last."""
    return other.due is not None and (one.due is None or one.due > other.due)


def _waits(state: State, deadline: Deadline, rules: RuleSet) -> Iterator[Wait]:
    """Who was waited for while this deadline ran, with what that does to its clock."""
    for pause in state.pauses:
        if deadline.ended is None or pause.since < deadline.ended:
            yield Wait(pause.cause, pause.since, pause.until, pause.by, rules.effect(pause.cause, deadline.ruled_as))
    if deadline.kind == "consultation" or (effect := rules.effect("consultation", deadline.ruled_as)) == "nothing":
        return
    for asked in state.deadlines:
        if asked.kind == "consultation" and (deadline.ended is None or asked.since < deadline.ended):
            yield Wait("consultation", asked.since, asked.ended, asked.sender, effect)


def _undisturbed(state: State) -> bool:
    """Whether no clock of it ever stood, or went by another calendar: then what is due stays so."""
    waited = state.pauses or state.amendments
    return not waited and all(deadline.kind != "consultation" for deadline in state.deadlines)


def _verdict(due: datetime | None, ended: datetime) -> str:
    """Before the due day, on it and in time, or late; what ends while its clock stands is in time."""
    if due is not None and ended > due:
        return "late"
    return "early" if due is not None and _day(ended) < _day(due) else "on-time"


def _day(moment: datetime) -> int:
    return moment.astimezone(ZONE).toordinal()
