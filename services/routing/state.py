"""Where a dossier is, folded from what is on record."""

from dataclasses import replace

from contracts import claims, intake, routing
from contracts.envelope import AnyEvent
from services.routing import moves
from services.routing.dossier import State
from services.routing.reports import report

INITIAL = State()


def evolve(state: State, event: AnyEvent) -> State:
    """Fold one event in. Reports that are impossible are recorded with the reason; see `decide`."""
    moved = _move(state, event)
    return moved if moved is state else replace(moved, phase=_phase(moved), holding=_holding(moved))


def _move(state: State, event: AnyEvent) -> State:
    match event.data:
        case intake.DossierReceived() as data:
            return moves.begin(state, event, data)
        case claims.AgencyReported() as data:
            return report(state, event, data)
        case intake.DossierSupplemented():
            return moves.resume(state, event, "supplement")
        case intake.DossierPaid():
            return moves.resume(state, event, "payment")
        case intake.DossierWithdrawn() if state.ended_at is None:
            return moves.end(state, event, "withdrawn")
        case routing.ReportRejected(code="unknown-dossier") as data:
            return replace(state, told_unknown=(*state.told_unknown, data.report_id))
        case _:
            return state


def _phase(state: State) -> str:
    if not state.birth:
        return "unknown"
    if state.ended_at is not None:
        return "withdrawn" if state.outcome == "withdrawn" else "completed"
    return "suspended" if state.paused else "processing"


def _holding(state: State) -> tuple[str, ...]:
    return tuple(sorted({leg.agency for leg in state.holders}))
