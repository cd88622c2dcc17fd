"""What has to be said about where a dossier is: the route goes on, a clock runs again, a report is answered.

Every report is answered once, by what was on record when it was answered. What comes later may change what is said
next, never what was said. So a report that may still turn out right is not told no before its time (`waiting`).
"""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from chassis.core.decision import Decision, Timer
from contracts.envelope import AnyEvent
from services.routing.answers import answers, rejection, resumption
from services.routing.dossier import Report, State
from services.routing.events import Cause
from services.routing.moves import onward
from services.routing.objections import objection
from services.routing.rules import Rules
from services.routing.state import evolve
from services.routing.waiting import ripe_at, ripe_unknown


def decide(state: State, now: datetime, rules: Rules) -> Decision:
    """Every event that follows from where the dossier is and from what has no answer yet."""
    if not state.birth:
        return _impatience(state, now, rules)
    made: list[AnyEvent] = []
    wait = _Wait(now, rules)
    while following := _next(state, wait):
        made += following
        state = reduce(evolve, following, state)
    return Decision(tuple(made), wait.timer(state))


def _impatience(state: State, now: datetime, rules: Rules) -> Decision:
    """Answer reports on a dossier that nobody knows, once they have waited long enough."""
    ripe = {one.id: ripe_unknown(state, one, rules) for one in state.unanswered}
    reason = f"no dossier {state.dossier} was received; check the code on the receipt"
    said = [rejection(state, one, "unknown-dossier", reason) for one in state.unanswered if ripe[one.id] <= now]
    upcoming = [at for at in ripe.values() if at > now]
    return Decision(tuple(said), Timer(min(upcoming), state.timeline) if upcoming else None)


class _Wait:
    """Reports that wait for what they follow from, looked at by one clock."""

    def __init__(self, now: datetime, rules: Rules) -> None:
        self._now = now
        self.rules = rules
        self._until: dict[str, datetime] = {}

    def holds(self, state: State, report: Report) -> bool:
        """Whether a report has no answer yet: what would make it right may still come, and its time is not over."""
        found = objection(_as_told(state, report), report, self.rules)
        until = ripe_at(state, report, found, self.rules)
        if until is None or until <= self._now:
            return False
        self._until[report.id] = until
        return True

    def timer(self, state: State) -> Timer | None:
        """When the first of those that still wait has waited long enough."""
        waiting = [self._until[one.id] for one in state.unanswered]
        return Timer(min(waiting), state.timeline) if waiting else None


def _next(state: State, wait: _Wait) -> Sequence[AnyEvent]:
    """What has to be said next, in the order in which it was told."""
    rules = wait.rules
    if not state.begun and state.received_at:
        return tuple(onward(state, state.unit, Cause(state.birth, state.received_at), rules))
    report = next((one for one in state.unanswered if not wait.holds(state, one)), None)
    if goes_on := _goes_on(state, report):
        return (goes_on,)
    if report is None:
        return ()
    told = _as_told(state, report)
    return tuple(answers(told, report, objection(told, report, rules), rules))


def _goes_on(state: State, before: Report | None) -> AnyEvent | None:
    """The citizen brought what the clock stands for, before this report was made."""
    waits, used = state.paused, {one.by for one in state.resumed}
    if waits is None:
        return None
    fits = (one for one in state.brought if one.cause == waits.cause and one.at >= waits.since)
    came = next((one for one in fits if one.event not in used), None)
    if came is None or (before is not None and before.told_at < came.at):
        return None
    return resumption(state, Cause(came.event, came.at))


def _as_told(state: State, report: Report) -> State:
    """The dossier as its teller knew it: not withdrawn yet, if the report was made before."""
    early = state.withdrawn_at is not None and report.told_at < state.withdrawn_at
    return state.but(withdrawn_at=None) if early else state
