"""Who answers for what, at a moment."""

from collections.abc import Iterator
from datetime import datetime

from contracts import sla
from services.sla.rules import Rules
from services.sla.state import Deadline, State

Held = tuple[bool, datetime, str, str | None]
"""Whether it was still held, since when, by which agency and officer."""


def in_charge(state: State, deadline: Deadline, at: datetime, rules: Rules) -> tuple[str, str | None]:
    """Agency and officer that held the step, or the dossier, at a moment; where nobody did, the last ones who did."""
    if deadline.kind in ("consultation", "feedback"):
        return deadline.agency, deadline.officer
    held = [one for one in _held(state, at, rules, deadline.key) if one[1] <= at]
    last = max(held, key=lambda one: one[:2], default=None)
    return (last[2], last[3]) if last else (deadline.agency, None)


def _held(state: State, at: datetime, rules: Rules, key: str) -> Iterator[Held]:
    for one in state.deadlines:
        if one.kind == "step" and key in (sla.WHOLE, one.key):
            open_then = one.ended is None or one.ended > at
            takers = [officer for since, officer in one.takers if since <= at]
            agency = one.agency if takers or rules.in_transit == "receiver" else one.sender
            yield open_then, one.since, agency, takers[-1] if takers else None
    for early in state.early:
        if not early.ended and key in (sla.WHOLE, early.key):
            ended = any(other.ended and other.key == early.key and other.at <= at for other in state.early)
            yield not ended, early.at, early.agency, early.officer


def answers_for(state: State, rung: sla.Rung, agency: str, rules: Rules) -> str:
    """Whose head, or which level above, has to act on a rung."""
    match rung:
        case "one-stop-head":
            return state.unit
        case "agency-head":
            return agency
        case "level-above":
            return rules.superiors.get(agency, state.competent)
