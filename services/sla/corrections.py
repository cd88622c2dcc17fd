"""What does not wait for any moment: late truth that corrects early truth, and dates that an announcement moved."""

from collections.abc import Iterator
from functools import partial

from contracts import sla
from contracts.worktime import explain
from services.sla.form_04 import LONGEST_CAUSE
from services.sla.rules import Rules
from services.sla.saying import Saying
from services.sla.state import Deadline, Move, Overdue, State, said_key


def corrections(state: State, rules: Rules) -> Iterator[Saying]:
    """All of them that are not on record."""
    standing = {one.key: one for one in state.deadlines}
    for raised in state.raised:
        deadline = standing.get(raised.key)
        if deadline is not None and not raised.retracted and not _holds(raised, deadline):
            yield _retraction(raised, deadline)
    for move in state.moves:
        if said_key("moved", move.id) not in state.said:
            yield Saying(partial(_moved, state, move, rules), ("calendar", move.id), move.at, move.id, known=False)


def _holds(raised: Overdue, deadline: Deadline) -> bool:
    return deadline.due == raised.due and (deadline.ended is None or deadline.ended > raised.due)


def _retraction(raised: Overdue, deadline: Deadline) -> Saying:
    def data() -> sla.DossierOverdueRetracted:
        return sla.DossierOverdueRetracted(deadline=raised.key, due=raised.due, overdue_id=raised.id)

    known_since = max(filter(None, (deadline.ended, raised.due)))
    return Saying(data, (raised.id,), known_since, raised.id, known=False)


def _moved(state: State, move: Move, rules: Rules) -> sla.DossierRescheduled:
    """The working-out is that of today: where more has happened since, it explains another date and is left out."""
    clock = rules.clock(state, state.deadlines[0])
    return sla.DossierRescheduled(
        old_date=move.old,
        new_date=move.new,
        cause=move.reason[:LONGEST_CAUSE],
        agency=state.competent,
        kind="calendar",
        working_out=explain(clock) if clock.due == move.new else None,
    )
