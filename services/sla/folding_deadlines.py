"""How deadlines begin and end, and when they are worked out anew: once, when what they follow from changes."""

from datetime import datetime

from contracts.envelope import AnyEvent
from services.sla.deadline import Deadline, Early
from services.sla.rescheduling import with_rescheduling
from services.sla.rules import Rules
from services.sla.state import State


def begun(rules: Rules, state: State, deadline: Deadline) -> State:
    """A deadline is watched from now on, with what was heard of it before."""
    ended = deadline.ended or state.ended_at
    for early in state.early:
        if early.key == deadline.key and early.ended:
            ended = min(ended or early.at, early.at)
        elif early.key == deadline.key:
            deadline = deadline.taken(early.at, early.officer)
    if ended is not None:
        deadline = deadline.but(ended=ended)
    if state.early:
        state = state.but(early=tuple(early for early in state.early if early.key != deadline.key))
    if derived := rules.derived(state, deadline) if state.birth else {}:
        deadline = deadline.but(**derived)
    state = state.but(deadlines=(*state.deadlines, deadline))
    if ended is None:
        return state
    asked = [known for known in state.deadlines if known.ended is None and known.asked_for == deadline.key]
    return _closed(rules, state, asked, ended) if asked else state


def ended(rules: Rules, state: State, event: AnyEvent, key: str) -> State:
    """The work of a deadline is over; the opinions that were asked for it are not needed any more."""
    found = next((known for known in state.deadlines if known.key == key), None)
    if found is None:
        if any(early.key == key and early.ended for early in state.early):
            return state
        return state.but(early=(*state.early, Early(key, event.time, ended=True)))
    if found.ended is not None:
        return state
    over = [known for known in state.deadlines if known is found or (known.ended is None and known.asked_for == key)]
    closed = _closed(rules, state, over, event.time)
    asker = next((known.sender for known in over if known.kind == "consultation"), None)
    return closed if asker is None else with_rescheduling(closed, event, "consultation", asker)


def all_ended(rules: Rules, state: State, at: datetime, outcome: str) -> State:
    """The dossier ends, and with it all that is open; of two ends the first counts."""
    if state.ended_at is not None and state.ended_at <= at:
        return state
    state = state.but(ended_at=at, outcome=outcome, phase="ended")
    return _closed(rules, state, [known for known in state.deadlines if known.ended is None or known.ended > at], at)


def worked_out_anew(rules: Rules, state: State, *, ended: bool = False) -> State:
    """With the dates of all that still runs as they follow from the state now; on demand also of what is over."""
    return _with_deadlines(
        rules,
        state,
        tuple(_worked_out(rules, state, known) if ended or known.ended is None else known for known in state.deadlines),
    )


def with_new_date(rules: Rules, state: State, given: Deadline) -> State:
    """With one more new date of form 04. Own events are folded in any order, so their place follows from themselves."""
    given = given.but(ended=state.main.ended if state.main else None)
    new_dates = sorted([*state.new_dates, given], key=lambda known: (known.since, known.cause))
    others = [known for known in state.deadlines if known.kind != "new-date"]
    return new_dates_worked_out(rules, state.but(deadlines=(*others[:1], *new_dates, *others[1:])))


def new_dates_worked_out(rules: Rules, state: State) -> State:
    """With its new dates as they follow from the dossier's own date, and from the lateness that they were given for."""
    return _with_deadlines(rules, state, state.deadlines)


def _closed(rules: Rules, state: State, over: list[Deadline], at: datetime) -> State:
    keys = {known.key for known in over}
    closed = tuple(
        _worked_out(rules, state, known.but(ended=at)) if known.key in keys else known for known in state.deadlines
    )
    consulted = any(known.kind == "consultation" for known in over)
    state = _with_deadlines(rules, state, closed)
    return worked_out_anew(rules, state) if consulted else state


def _with_deadlines(rules: Rules, state: State, deadlines: tuple[Deadline, ...]) -> State:
    """With these deadlines. A new date holds or not by the dossier's own date, so it is worked out after that."""
    if deadlines != state.deadlines:
        state = state.but(deadlines=deadlines)
    if not any(known.kind == "new-date" for known in deadlines[1:2]):  # they follow the dossier's own
        return state
    found = tuple(_worked_out(rules, state, known) if known.kind == "new-date" else known for known in deadlines)
    return state if found == deadlines else state.but(deadlines=found)


def _worked_out(rules: Rules, state: State, deadline: Deadline) -> Deadline:
    """The deadline with all that follows from its clock."""
    derived = rules.derived(state, deadline) if state.birth else {}
    if not derived:
        return deadline
    if state.outcome == "withdrawn":
        derived["verdict"] = ""  # broken off: neither in time nor late
    return deadline.but(**derived)
