"""What does not wait for any moment: late truth that corrects early truth, and dates that moved."""

from collections.abc import Iterator

from contracts import sla
from services.sla.events import Saying
from services.sla.form_04 import is_due
from services.sla.rescheduling import moved
from services.sla.rules import Rules
from services.sla.state import Deadline, Overdue, State


def corrections(state: State, rules: Rules) -> Iterator[Saying]:
    """All of them that are not on record."""
    standing = {one.key: one for one in state.deadlines}
    for raised in state.raised:
        deadline = standing.get(sla.WHOLE if raised.key == sla.NEW_DATE else raised.key)
        if deadline is not None and not raised.retracted and not _holds(state, raised, deadline, rules):
            yield _retraction(raised, deadline)
    yield from moved(state, rules)


def _holds(state: State, raised: Overdue, deadline: Deadline, rules: Rules) -> bool:
    if deadline.ended is not None and deadline.ended <= raised.due:
        return False
    return is_due(state, raised.due, rules) if raised.key == sla.NEW_DATE else deadline.due == raised.due


def _retraction(raised: Overdue, deadline: Deadline) -> Saying:
    def data() -> sla.DossierOverdueRetracted:
        return sla.DossierOverdueRetracted(deadline=raised.key, due=raised.due, overdue_id=raised.id)

    known_since = max(filter(None, (deadline.ended, raised.due)))
    return Saying(data, (raised.id,), known_since, raised.id)
