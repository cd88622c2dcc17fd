"""The moves of a dossier: hand-overs from agency to agency, one event each."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contracts import intake, routing
from contracts.envelope import AnyEvent
from domain.worktime import Limit, due_at
from services.routing import events
from services.routing.events import Cause
from services.routing.records import FREE_STEP, Leg
from services.routing.rules import Rules
from services.routing.state import State

_FREE = intake.RouteStep(id=FREE_STEP, agency=FREE_STEP, limit="")
"""The step of a free route: the agency that holds the dossier does it."""


def onward(state: State, from_agency: str, cause: Cause, rules: Rules) -> Iterator[AnyEvent]:
    """Begin every step whose predecessors are done and that is not begun, or has to be done again."""
    settled, begun = state.settled, {leg.step for leg in state.holders}
    for step in state.plan:
        if step.id not in settled | begun and settled.issuperset(step.after):
            before = [leg for earlier in step.after if (leg := state.latest(earlier))]
            since = max([cause.at, *(leg.done_at for leg in before if leg.done_at)])
            handed = _anew(state, step, from_agency, _named(before) or step.agency)
            yield _transferred(state, handed, Cause(cause.event, since), rules)


def _named(before: list[Leg]) -> str:
    """The agency that was named for what follows; of several steps that named one, the last to be finished decides."""
    ends = sorted((leg.ended for leg in before if leg.ended), key=lambda ended: (ended.at, ended.order), reverse=True)
    return next((ended.next_agency for ended in ends if ended.next_agency), "")


def send_back(state: State, leg: Leg, to_step: str, cause: Cause, rules: Rules) -> AnyEvent:
    """This attempt ends, an earlier step begins again; what lies between follows once that is done."""
    step = next(planned for planned in state.plan if planned.id == to_step)
    cause = _after_last(state, step, cause)
    handed = _anew(state, step, leg.agency, step.agency) | _ending("return", (leg,), cause)
    return _transferred(state, handed, cause, rules)


def recall(state: State, step: intake.RouteStep | None, cause: Cause, rules: Rules) -> AnyEvent:
    """Every open attempt ends and one step begins again at the unit; what else was open follows once that is done."""
    held, begun = state.holders, step or _FREE
    cause = _after_last(state, begun, cause)
    handed = _anew(state, begun, held[0].agency, state.unit) | _ending("recall", held, cause)
    return _transferred(state, handed, cause, rules)


def forward(state: State, leg: Leg, to_agency: str, cause: Cause, rules: Rules) -> AnyEvent:
    """The same step goes on with another agency, within the same time."""
    onward = {
        "step": leg.step,
        "attempt": leg.attempt + 1,
        "from_agency": leg.agency,
        "to_agency": to_agency,
        "limit": leg.begun.limit,
        "clock_since": leg.begun.clock_since if leg.begun.limit else None,
    }
    return _transferred(state, onward | _ending("forward", (leg,), cause), cause, rules)


def _anew(state: State, step: intake.RouteStep, from_agency: str, agency: str) -> dict[str, Any]:
    """A new attempt at a step, with all of its time."""
    last = state.latest(step.id)
    attempt = last.attempt + 1 if last else 1
    return {
        "step": step.id,
        "attempt": attempt,
        "from_agency": from_agency,
        "to_agency": agency,
        "limit": step.limit,
    }


def _ending(movement: routing.Movement, ended: tuple[Leg, ...], cause: Cause) -> dict[str, Any]:
    """The fields of a hand-over that ends these attempts: any but the route's going on."""
    first, *others = ended
    return {
        "movement": movement,
        "from_step": first.step,
        "from_attempt": first.attempt,
        "also_ended": tuple({"step": other.step, "attempt": other.attempt} for other in others),
        **cause.told,
    }


def _after_last(state: State, step: intake.RouteStep, cause: Cause) -> Cause:
    """No attempt begins before the last one at its step ended, however late that is told."""
    last = state.latest(step.id)
    if last is None or last.done_at is None or last.done_at <= cause.at:
        return cause
    return replace(cause, at=last.done_at, claimed_at=cause.claimed_at or cause.at)


def _transferred(state: State, handed: dict[str, Any], cause: Cause, rules: Rules) -> AnyEvent:
    limit = handed["limit"]
    calendar = rules.calendar.of(handed["to_agency"])
    due = due_at(calendar, handed.get("clock_since") or cause.at, Limit.parse(limit)) if limit else None
    return events.transferred(state, handed, due, cause)
