"""The decisions on a dossier: the route goes on, a clock runs again, a report is answered.

Every report is answered once, by what was on record then. Facts that come later change the next answers, never this
one. So a report that may still turn out right is not rejected before its time is over (`waiting`).
"""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from chassis.core.decision import Decision, Timer
from contracts.envelope import AnyEvent
from services.routing import events
from services.routing.answers import answers, resumption
from services.routing.events import Cause
from services.routing.fold import evolve
from services.routing.moves import onward
from services.routing.objections import objection
from services.routing.records import Report
from services.routing.rules import Rules
from services.routing.state import State
from services.routing.waiting import ripe_at, ripe_unknown


def decide(state: State, now: datetime, rules: Rules) -> Decision:
    """Every event that follows from where the dossier is and from what has no answer yet."""
    if not state.birth:
        return _without_dossier(state, now, rules)
    made: list[AnyEvent] = []
    waiting = _Waiting(now, rules)
    while following := _next(state, waiting):
        made += following
        state = reduce(evolve, following, state)
    return Decision(tuple(made), waiting.timer(state))


def _without_dossier(state: State, now: datetime, rules: Rules) -> Decision:
    """Answer reports on a dossier that nobody knows, once they have waited long enough."""
    ripe = {report.id: ripe_unknown(state, report, rules) for report in state.unanswered}
    reason = f"no dossier {state.dossier} was received; check the code on the receipt"
    over = [report for report in state.unanswered if ripe[report.id] <= now]
    rejected = tuple(events.report_rejected(state, report, "unknown-dossier", reason) for report in over)
    upcoming = [at for at in ripe.values() if at > now]
    return Decision(rejected, Timer(min(upcoming), state.timeline) if upcoming else None)


class _Waiting:
    """Reports that wait for what they follow from, looked at by one clock."""

    def __init__(self, now: datetime, rules: Rules) -> None:
        self._now = now
        self.rules = rules
        self._until: dict[str, datetime] = {}

    def holds(self, state: State, report: Report) -> bool:
        """Tell whether a report waits: what would make it right may still come, and its time is not over."""
        found = objection(_as_told(state, report), report, self.rules)
        until = ripe_at(state, report, found, self.rules)
        if until is None or until <= self._now:
            return False
        self._until[report.id] = until
        return True

    def timer(self, state: State) -> Timer | None:
        """The moment at which the first of those that still wait has waited long enough."""
        until = [self._until[report.id] for report in state.unanswered]
        return Timer(min(until), state.timeline) if until else None


def _next(state: State, waiting: _Waiting) -> Sequence[AnyEvent]:
    """The next events that follow; reports are answered in the order in which they were made."""
    rules = waiting.rules
    if not state.begun and state.received_at:
        return tuple(onward(state, state.unit, Cause(state.birth, state.received_at), rules))
    report = next((report for report in state.unanswered if not waiting.holds(state, report)), None)
    if goes_on := _goes_on(state, report):
        return (goes_on,)
    if report is None:
        return ()
    told = _as_told(state, report)
    return tuple(answers(told, report, objection(told, report, rules), rules))


def _goes_on(state: State, before: Report | None) -> AnyEvent | None:
    """The clock runs again if the citizen brought what it stands for, before this report was made."""
    waits, used = state.paused, {resumed.by for resumed in state.resumed}
    if waits is None:
        return None
    fitting = (brought for brought in state.brought if brought.cause == waits.cause and brought.at >= waits.since)
    came = next((brought for brought in fitting if brought.event not in used), None)
    if came is None or (before is not None and before.told_at < came.at):
        return None
    return resumption(state, Cause(came.event, came.at))


def _as_told(state: State, report: Report) -> State:
    """The dossier as the reporting agency knew it: not withdrawn yet, if the report was made before."""
    early = state.withdrawn_at is not None and report.told_at < state.withdrawn_at
    return state.but(withdrawn_at=None) if early else state
