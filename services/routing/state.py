"""Where a dossier is, folded from what is on record."""

from dataclasses import replace

from contracts import claims, intake
from contracts.envelope import AnyEvent
from services.routing import moves, said
from services.routing.dossier import Cause, State
from services.routing.reports import report
from services.routing.rules import Rules

INITIAL = State()


def evolve(state: State, event: AnyEvent, rules: Rules) -> State:
    """Fold one event in. Reports that are impossible are recorded with the reason; see `decide`."""
    moved = _move(state, event, rules)
    if moved is state:
        return state
    phase, holding = _phase(moved), _holding(moved)
    return moved if (phase, holding) == (moved.phase, moved.holding) else replace(moved, phase=phase, holding=holding)


def _move(state: State, event: AnyEvent, rules: Rules) -> State:
    match event.data:
        case intake.DossierReceived() as data:
            return moves.begin(state, event, data)
        case claims.AgencyReported() as data:
            return report(state, event, data, rules)
        case intake.DossierSupplemented():
            return moves.bring(state, Cause(event.id, event.time), "supplement")
        case intake.DossierPaid():
            return moves.bring(state, Cause(event.id, event.time), "payment")
        case intake.DossierWithdrawn():
            return state if state.ended_at else moves.end(state, Cause(event.id, event.time), "withdrawn")
        case _:
            return replace(state, said=(*state.said, said.key_of(event)))


def _phase(state: State) -> str:
    if not state.birth:
        return "stray" if state.said else "unknown"
    if state.ended_at is not None:
        return "withdrawn" if state.outcome == "withdrawn" else "completed"
    return "suspended" if state.paused else "processing"


def _holding(state: State) -> tuple[str, ...]:
    return tuple(sorted({leg.agency for leg in state.holders}))
