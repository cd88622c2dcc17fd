"""Where a dossier is, folded from what is on record."""

from dataclasses import dataclass, replace

from contracts import claims, intake
from contracts.envelope import AnyEvent
from services.routing import moves, said
from services.routing.dossier import Cause, State
from services.routing.reports import report
from services.routing.rules import Rules

INITIAL = State()


@dataclass(frozen=True)
class Fold:
    """Folds events under settings: how late a report may come and still count from when it happened."""

    rules: Rules

    def evolve(self, state: State, event: AnyEvent) -> State:
        """Fold one event in. Reports that are impossible are recorded with the reason; see `decide`."""
        moved = self._move(state, event)
        if moved is state:
            return state
        phase, holding = _phase(moved), _holding(moved)
        shown = (phase, holding) == (moved.phase, moved.holding)
        return moved if shown else replace(moved, phase=phase, holding=holding)

    def _move(self, state: State, event: AnyEvent) -> State:
        match event.data:
            case intake.DossierReceived() as data:
                return moves.begin(state, event, data)
            case claims.AgencyReported() as data:
                return report(state, event, data, self.rules)
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
