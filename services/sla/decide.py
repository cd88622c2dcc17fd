"""What has to be said about deadlines, by now.

Every timed event is true since an instant that follows from the deadline, not since somebody looked: `overdue` since
the due moment, a rung of the ladder since the due moment and its delay. So it does not matter when the watch wakes,
and what a late report proves about the past is said as if it had been known.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from chassis.core.decision import Decision, Timer
from contracts.envelope import AnyEvent
from services.sla.apologies import requirements, withdrawals
from services.sla.corrections import retractions
from services.sla.deadline import Deadline
from services.sla.events import Course, event_of
from services.sla.lateness import courses, warning
from services.sla.rescheduling import reschedulings
from services.sla.rules import Rules
from services.sla.state import State

__all__ = ["TICK", "Rules", "decide"]

TICK = timedelta(seconds=1)
"""A deadline is missed when its moment has passed, not when it comes."""


def decide(state: State, now: datetime, rules: Rules) -> Decision:
    """Retract what no longer holds, say what became true by `now`, and name the next moment that matters.

    It is asked again with what it said on record, until nothing is left to say.
    """
    if not state.birth:
        return Decision()
    events = list(_timeless(state, rules))
    watch = _Watch(state, now, rules)
    for deadline in state.deadlines:
        if deadline.due is not None:
            events += watch.look(deadline, deadline.due)
    if not events and state.raised:
        events += watch.withdraw()
    timer = Timer(min(watch.upcoming) + TICK, state.timeline) if watch.upcoming else None
    return Decision(tuple(events), timer)


def _timeless(state: State, rules: Rules) -> Iterator[AnyEvent]:
    """What does not wait for any moment, as it follows from what is known or on record."""
    if state.raised:
        for pending in (*retractions(state), *requirements(state, rules)):
            yield event_of(state, pending)
    if state.reschedulings or state.raised:
        for pending in reschedulings(state, rules):
            yield event_of(state, pending)


class _Watch:
    """A look at one dossier at one moment."""

    def __init__(self, state: State, now: datetime, rules: Rules) -> None:
        self._state = state
        self._now = now
        self._rules = rules
        self.upcoming: list[datetime] = []

    def look(self, deadline: Deadline, due: datetime) -> Iterator[AnyEvent]:
        """What one deadline makes necessary; nothing is worked out before its time has come."""
        if deadline.soon is not None:
            if not self._passed(deadline.soon, deadline.ended):
                return
            if (near := warning(self._state, deadline, due, self._rules)) is not None:
                yield event_of(self._state, near)
        if self._passed(due, deadline.ended):
            for course in courses(self._state, deadline, due, self._rules):
                yield from self._follow(course)

    def withdraw(self) -> Iterator[AnyEvent]:
        """What apologies were for nothing; on record is by now every missed date that could stand in their place."""
        for pending in withdrawals(self._state, self._rules):
            if self._passed(pending.at, None):
                yield event_of(self._state, pending)

    def _follow(self, course: Course) -> Iterator[AnyEvent]:
        """What a course of events makes necessary until now, or its end; what follows comes later still."""
        for pending in course.pending:
            if not self._passed(pending.at, course.ended):
                return
            yield event_of(self._state, pending)

    def _passed(self, moment: datetime, ended: datetime | None) -> bool:
        """Whether a moment came while something still ran; if it is still to come, it has to be looked at then."""
        if ended is not None and ended <= moment:
            return False
        if self._now > moment:
            return True
        self.upcoming.append(moment)
        return False
