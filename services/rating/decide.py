"""The ratings that count, the moment at which the public reads them, and whose words are erased."""

from dataclasses import dataclass
from datetime import UTC, datetime

from chassis.core.decision import Decision, Effect, Timer
from contracts.envelope import AnyEvent
from services.rating import events
from services.rating.state import State


@dataclass(frozen=True)
class ErasingWords:
    """The order to erase the words of all feedback about a dossier; `told` says so once it is done."""

    dossier: str
    told: AnyEvent


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
    erased = state.erased
    if erased is None or state.words_erased:
        return Decision(events=made, timer=timer)
    told = events.words_erased(state, erased)
    # It stays due until it is said to be done.
    return Decision(made, Timer(erased.at, erased.timeline), (Effect(told.id, ErasingWords(state.dossier, told)),))
