"""Late truth that corrects early truth: an overdue that does not hold is retracted, whenever that becomes known."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from contracts import sla
from services.sla.deadline import Deadline
from services.sla.events import PendingEvent
from services.sla.state import Overdue, State


def retractions(state: State) -> Iterator[PendingEvent]:
    """What has to be retracted and is not. Where a deadline is not known here, nothing is known against it."""
    by_key = defaultdict[str, list[Deadline]](list)
    for deadline in state.deadlines:
        by_key[deadline.key].append(deadline)
    for late in state.raised:
        known = by_key[late.key]
        if known and not late.retracted and not any(_is_missed(deadline, late) for deadline in known):
            known_since = max(filter(None, (known[-1].ended, late.due)))
            yield PendingEvent(partial(_retracted, late), (late.id,), known_since, late.id)


def _is_missed(deadline: Deadline, late: Overdue) -> bool:
    """Whether a deadline was due at that moment, and its work was not over."""
    return deadline.due == late.due and (deadline.ended is None or deadline.ended > late.due)


def _retracted(late: Overdue) -> sla.DossierOverdueRetracted:
    return sla.DossierOverdueRetracted(deadline=late.key, due=late.due, overdue_id=late.id)
