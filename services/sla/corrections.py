"""What does not wait for any moment: late truth that corrects early truth, and dates that moved."""

from collections.abc import Iterator

from contracts import sla
from services.sla.moved import moved
from services.sla.rules import Rules
from services.sla.saying import Saying
from services.sla.state import Deadline, Overdue, State


def corrections(state: State, rules: Rules) -> Iterator[Saying]:
    """All of them that are not on record."""
    standing = {one.key: one for one in state.deadlines}
    for raised in state.raised:
        deadline = standing.get(raised.key)
        if deadline is not None and not raised.retracted and not _holds(raised, deadline):
            yield _retraction(raised, deadline)
    yield from moved(state, rules)


def _holds(raised: Overdue, deadline: Deadline) -> bool:
    return deadline.due == raised.due and (deadline.ended is None or deadline.ended > raised.due)


def _retraction(raised: Overdue, deadline: Deadline) -> Saying:
    def data() -> sla.DossierOverdueRetracted:
        return sla.DossierOverdueRetracted(deadline=raised.key, due=raised.due, overdue_id=raised.id)

    known_since = max(filter(None, (deadline.ended, raised.due)))
    return Saying(data, (raised.id,), known_since, raised.id, known=False)
