"""How a dossier moves: steps that begin and end, times when the clock stands, the end."""

from dataclasses import replace

from contracts import intake, routing
from contracts.envelope import AnyEvent
from services.routing.dossier import FREE_STEP, Brought, Cause, Leg, Pause, State

_FREE = intake.RouteStep(id=FREE_STEP, agency=FREE_STEP, limit="")
"""The step of a free route, which whoever holds the dossier does."""


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
        return open_ready(begun, data.receiving_unit, Cause(event.id, event.time))
    return replace(begun, legs=(Leg(FREE_STEP, 1, data.receiving_unit, data.receiving_unit, event.time, event.id),))


def open_ready(state: State, from_agency: str, cause: Cause) -> State:
    """Begin every step whose predecessors are done and that is not begun, or has to be done again."""
    settled, begun = state.settled, {leg.step for leg in state.holders}
    for step in state.plan:
        if step.id not in settled | begun and settled.issuperset(step.after):
            before = [leg for one in step.after if (leg := state.latest(one))]
            since = max([cause.at, *(leg.done_at for leg in before if leg.done_at)])
            state = open_leg(state, step, from_agency, replace(cause, at=since), _named(before) or step.agency)
    return state


def _named(before: list[Leg]) -> str:
    """Who was named for what follows: of several that did so, the last to be finished decides."""
    by_end = sorted(before, key=lambda leg: leg.ended, reverse=True)
    return next((leg.next_agency for leg in by_end if leg.next_agency), "")


def open_leg(state: State, step: intake.RouteStep, from_agency: str, cause: Cause, agency: str) -> State:
    """A new attempt at a step, with all of its time; what is told late begins none before the last one ended."""
    last = state.latest(step.id)
    attempt = last.attempt + 1 if last else 1
    since = max(cause.at, last.done_at) if last and last.done_at else cause.at
    leg = Leg(step.id, attempt, agency, from_agency, since, cause.event, step.limit)
    return replace(state, legs=(*state.legs, leg))


def send_back(state: State, leg: Leg, to_step: str, cause: Cause) -> State:
    """This attempt ends, an earlier step begins again; what lies between follows once that is done."""
    step = next(planned for planned in state.plan if planned.id == to_step)
    state = open_leg(close(state, leg, cause, returned=True), step, leg.agency, cause, step.agency)
    return _came_by(state, "return", (leg,), cause)


def recall(state: State, step: intake.RouteStep | None, cause: Cause) -> State:
    """Every open attempt ends and one step begins again at the unit; what else was open follows once that is done."""
    held = state.holders
    for leg in held:
        state = close(state, leg, cause, returned=True)
    back = step or _FREE
    return _came_by(open_leg(state, back, held[0].agency, cause, state.unit), "recall", held, cause)


def _came_by(state: State, movement: routing.Movement, ended: tuple[Leg, ...], cause: Cause) -> State:
    """How the newest leg came about."""
    first, *others = ended
    leg = replace(
        state.legs[-1],
        movement=movement,
        from_step=first.step,
        from_attempt=first.attempt,
        also_ended=tuple((other.step, other.attempt) for other in others),
        claimed_at=cause.claimed_at,
    )
    return replace(state, legs=(*state.legs[:-1], leg))


def forward(state: State, leg: Leg, to_agency: str, cause: Cause) -> State:
    """The same step goes on with another agency, within the same time."""
    since = leg.clock_since or leg.since
    onward = Leg(leg.step, leg.attempt + 1, to_agency, leg.agency, cause.at, cause.event, leg.limit, clock_since=since)
    closed = close(state, leg, cause)
    return _came_by(replace(closed, legs=(*closed.legs, onward)), "forward", (leg,), cause)


def close(state: State, leg: Leg, cause: Cause, *, returned: bool = False, next_agency: str = "") -> State:
    """This attempt is over."""
    ended = 1 + sum(not other.open for other in state.legs)
    over = replace(leg, done_at=cause.at, ended=ended, returned=returned, next_agency=next_agency)
    return replace(state, legs=tuple(over if other is leg else other for other in state.legs))


def pause(state: State, cause: Cause, why: routing.PauseCause, agency: str) -> State:
    """The clock stands; where it is told late, what the citizen has brought since has already ended it."""
    came = next((one for one in state.brought if one.cause == why and one.at >= cause.at), None)
    stands = Pause(why, cause.at, cause.event, agency)
    if came is not None:
        stands = replace(stands, until=came.at, ended_by=came.event)
    brought = tuple(one for one in state.brought if one is not came)
    return replace(state, pauses=(*state.pauses, stands), brought=brought)


def bring(state: State, cause: Cause, why: routing.PauseCause) -> State:
    """The citizen brought something: the clock runs again, if it stood for that."""
    if state.paused is not None and state.paused.cause == why:
        return resume(state, cause)
    return replace(state, brought=(*state.brought, Brought(why, cause.at, cause.event)))


def resume(state: State, cause: Cause) -> State:
    """The clock runs again."""
    waiting = state.paused
    assert waiting is not None  # noqa: S101 - asked before
    over = replace(waiting, until=cause.at, ended_by=cause.event, claimed_at=cause.claimed_at)
    return replace(state, pauses=tuple(over if one is waiting else one for one in state.pauses))


def end(state: State, cause: Cause, outcome: str) -> State:
    """The result is signed, or the dossier withdrawn: whatever is open is closed."""
    at = max([cause.at, *(leg.done_at or leg.since for leg in state.legs)])
    legs = tuple(replace(leg, done_at=at) if leg.open else leg for leg in state.legs)
    return replace(state, legs=legs, ended_at=at, ended_by=cause.event, outcome=outcome)
