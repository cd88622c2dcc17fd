"""Who answers for what, at a moment."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from contracts import sla
from services.sla.deadline import Deadline
from services.sla.rules import Rules
from services.sla.state import State


class Held(NamedTuple):
    """Custody of a step, or of what is not attached to one yet.

    Attributes:
        still: whether it was still held at the moment that is asked about.
    """

    still: bool
    since: datetime
    agency: str
    officer: str | None


def in_charge(state: State, deadline: Deadline, at: datetime, rules: Rules) -> tuple[str, str | None]:
    """Agency and officer that held the step, or the dossier, at a moment; where nobody did, the last ones who did."""
    if deadline.kind in ("consultation", "feedback"):
        return deadline.agency, deadline.officer
    held = [found for found in _held(state, at, rules, deadline.work) if found.since <= at]
    last = max(held, key=lambda found: (found.still, found.since), default=None)
    return (last.agency, last.officer) if last else (deadline.agency, None)


def _held(state: State, at: datetime, rules: Rules, work: str) -> Iterator[Held]:
    for deadline in state.deadlines:
        if deadline.kind == "step" and work in (sla.WHOLE, deadline.key):
            open_then = deadline.ended is None or deadline.ended > at
            takers = [officer for since, officer in deadline.takers if since <= at]
            agency = deadline.agency if takers or rules.in_transit == "receiver" else deadline.sender
            yield Held(open_then, deadline.since, agency, takers[-1] if takers else None)
    for early in state.early:
        if not early.ended and work in (sla.WHOLE, early.key):
            ended = any(other.ended and other.key == early.key and other.at <= at for other in state.early)
            yield Held(not ended, early.at, early.agency, early.officer)


def answers_for(state: State, rung: sla.Rung, agency: str, rules: Rules) -> str:
    """Whose head, or which level above, has to act on a rung."""
    match rung:
        case "one-stop-head":
            return state.unit
        case "agency-head":
            return agency
        case "level-above":
            return rules.superiors.get(agency, state.competent)
