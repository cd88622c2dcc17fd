"""What has to be said about where a dossier is: the route goes on, a clock runs again, a report is answered.

Every report is answered once, by what was on record when it was read. What comes later may change what is said next,
never what was said.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from contracts.decision import Decision, Timer
from contracts.envelope import AnyEvent
from services.routing.answers import answers, rejection, resumption
from services.routing.dossier import Report, State
from services.routing.moves import onward
from services.routing.rules import Rules
from services.routing.saying import Cause
from services.routing.state import evolve


def decide(state: State, now: datetime, rules: Rules) -> Decision:
    """Every event that follows from where the dossier is and from what has no answer yet."""
    if not state.birth:
        return _impatience(state, now, rules)
    made: list[AnyEvent] = []
    while following := _next(state, rules):
        made += following
        state = reduce(evolve, following, state)
    return Decision(tuple(made))


def _impatience(state: State, now: datetime, rules: Rules) -> Decision:
    """Answer reports on a dossier that nobody knows, once the last of them has waited long enough.

    The last: so a report that is read never makes the time come, only a clock does, and a clock is looked at when all
    that was on the bus is read.
    """
    if not state.unanswered:
        return Decision()
    ripe = max(one.told_at for one in state.unanswered) + rules.patience
    if now < ripe:
        return Decision((), Timer(ripe, state.timeline))
    reason = f"no dossier {state.dossier} was received; check the code on the receipt"
    said = [rejection(state, one, "unknown-dossier", reason) for one in state.unanswered]
    return Decision(tuple(said))


def _next(state: State, rules: Rules) -> Sequence[AnyEvent]:
    """What has to be said next, in the order in which it was told."""
    if not state.begun and state.received_at:
        return tuple(onward(state, state.unit, Cause(state.birth, state.received_at), rules))
    report = state.unanswered[0] if state.unanswered else None
    if goes_on := _goes_on(state, report):
        return (goes_on,)
    return tuple(answers(_as_told(state, report), report, rules)) if report else ()


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
