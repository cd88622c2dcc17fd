"""How a dossier moves: steps that begin and end, waits for the citizen, the end."""

from dataclasses import replace

from contracts import intake, routing
from contracts.envelope import AnyEvent
from services.routing.dossier import FREE_STEP, Leg, Pause, State


def begin(state: State, event: AnyEvent, data: intake.DossierReceived) -> State:
    """The dossier is accepted: its first steps begin, at the unit that received it."""
    if state.birth:
        return state
    begun = replace(
        state,
        dossier=event.subject,
        birth=event.id,
        correlation=event.correlationid,
        timeline=event.timeline,
        received_at=event.time,
        unit=data.receiving_unit,
        competent=data.competent_agency,
        plan=data.route,
    )
    if data.route:
        return open_ready(begun, data.receiving_unit, event)
    return replace(begun, legs=(Leg(FREE_STEP, 1, data.receiving_unit, data.receiving_unit, event.time, event.id),))


def open_ready(state: State, from_agency: str, event: AnyEvent) -> State:
    """Begin every step whose predecessors are done and that is not begun, or has to be done again."""
    settled, begun = state.settled, {leg.step for leg in state.holders}
    for step in state.plan:
        if step.id not in settled | begun and settled.issuperset(step.after):
            state = open_leg(state, step, from_agency, event)
    return state


def open_leg(state: State, step: intake.RouteStep, from_agency: str, event: AnyEvent) -> State:
    """A new attempt at a step, with all of its time."""
    last = state.latest(step.id)
    attempt = last.attempt + 1 if last else 1
    leg = Leg(step.id, attempt, step.agency, from_agency, event.time, event.id, step.limit)
    return replace(state, legs=(*state.legs, leg))


def send_back(state: State, leg: Leg, to_step: str, event: AnyEvent) -> State:
    """This attempt ends, an earlier step begins again; what lies between follows once that is done."""
    step = next(planned for planned in state.plan if planned.id == to_step)
    state = open_leg(close(state, leg, event, returned=True), step, leg.agency, event)
    again = replace(state.legs[-1], movement="return", from_step=leg.step, from_attempt=leg.attempt)
    return replace(state, legs=(*state.legs[:-1], again))


def forward(state: State, leg: Leg, to_agency: str, event: AnyEvent) -> State:
    """The same step goes on with another agency, within the same time."""
    onward = Leg(
        leg.step,
        leg.attempt + 1,
        to_agency,
        leg.agency,
        event.time,
        event.id,
        leg.limit,
        clock_since=leg.clock_since or leg.since,
        movement="forward",
        from_step=leg.step,
        from_attempt=leg.attempt,
    )
    closed = close(state, leg, event)
    return replace(closed, legs=(*closed.legs, onward))


def close(state: State, leg: Leg, event: AnyEvent, *, returned: bool = False) -> State:
    """This attempt is over."""
    ended = 1 + sum(not other.open for other in state.legs)
    return _replace_leg(state, leg, replace(leg, done_at=event.time, ended=ended, returned=returned))


def acknowledge(state: State, leg: Leg, event: AnyEvent, officer: str | None) -> State:
    """Custody is taken; a second time changes nothing."""
    if leg.acknowledged_at is not None:
        return state
    taken = replace(leg, acknowledged_at=event.time, acknowledged_by=officer, acknowledged_cause=event.id)
    return _replace_leg(state, leg, taken)


def _replace_leg(state: State, old: Leg, new: Leg) -> State:
    return replace(state, legs=tuple(new if leg is old else leg for leg in state.legs))


def pause(state: State, event: AnyEvent, cause: routing.PauseCause) -> State:
    """Wait for the citizen."""
    return replace(state, pauses=(*state.pauses, Pause(cause, event.time, event.id)))


def resume(state: State, event: AnyEvent, cause: routing.PauseCause) -> State:
    """The citizen brought what the dossier waited for; nothing if it waits for something else."""
    waiting = state.paused
    if waiting is None or waiting.cause != cause:
        return state
    ended = replace(waiting, until=event.time, ended_by=event.id)
    return replace(state, pauses=tuple(ended if one is waiting else one for one in state.pauses))


def end(state: State, event: AnyEvent, outcome: str, agency: str = "", officer: str | None = None) -> State:
    """The result is signed, or the dossier withdrawn: whatever is open is closed."""
    legs = tuple(replace(leg, done_at=event.time) if leg.open else leg for leg in state.legs)
    return replace(
        state,
        legs=legs,
        ended_at=event.time,
        ended_by=event.id,
        outcome=outcome,
        completed_by=agency,
        completed_officer=officer,
    )
