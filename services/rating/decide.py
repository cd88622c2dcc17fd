"""The ratings that count, and the moment at which the public reads them."""

from datetime import UTC, datetime

from chassis.core.decision import Decision, Timer
from services.rating import events
from services.rating.state import State


def decide(state: State, now: datetime) -> Decision:
    """Count every rating that may, as soon as the dossier is known to exist; publish it when its month is over.

    If it were published before, one could tell whose it is by when it appears, and by how a figure changes.
    """
    if not state.received:
        return Decision()
    counting = state.counting.values()
    over = [rating for rating in counting if rating.month_over <= now]
    waiting = [rating for rating in counting if rating.month_over > now]
    made = (*(events.counted(state, rating) for rating in counting), *map(events.published, over))
    following = min(waiting, key=lambda rating: rating.month_over, default=None)
    timer = Timer(following.month_over.astimezone(UTC), following.timeline) if following else None
    return Decision(events=made, timer=timer)
