"""Which ratings count, and when the public reads them."""

from datetime import UTC, datetime

from chassis.core.decision import Decision, Timer
from contracts.envelope import AnyEvent, event_id, new_event
from contracts.rating import RatingCounted, RatingPublished
from services.rating.state import Rating, State, counting

SOURCE = "/lienthong/rating"


def decide(state: State, now: datetime) -> Decision:
    """Count every rating that may, as soon as the dossier is known to exist; publish it when its month is over.

    Until then a rating could be told by when it appears, and by how a figure changes.
    """
    if not state.received:
        return Decision()
    counted = counting(state).values()
    over = [one for one in counted if one.month_over <= now]
    waiting = [one for one in counted if one.month_over > now]
    events = (*(_counted(state, one) for one in counted), *(_published(one) for one in over))
    following = min(waiting, key=lambda one: one.month_over, default=None)
    timer = Timer(following.month_over.astimezone(UTC), following.timeline) if following else None
    return Decision(events=events, timer=timer)


def _counted(state: State, rating: Rating) -> AnyEvent:
    return new_event(
        RatingCounted(rating_id=rating.rating_id),
        source=SOURCE,
        subject=state.dossier,
        time=rating.time,
        correlationid=state.correlationid,
        unique=(rating.rating_id,),
        causationid=rating.rating_id,
        timeline=rating.timeline,
    )


def _published(rating: Rating) -> AnyEvent:
    """Nothing in it leads back to the dossier; whoever knows the holder's token could work its id out."""
    anonymous = event_id(RatingPublished.TYPE, rating.holder, rating.rating_id)
    data = RatingPublished(
        rating_id=anonymous,
        month=rating.month,
        channel=rating.channel,
        agency=rating.agency,
        officer=rating.officer,
        points=rating.points,
        of=rating.of,
    )
    return new_event(
        data,
        source=SOURCE,
        subject=anonymous,
        time=rating.month_over.astimezone(UTC),
        correlationid=anonymous,
        unique=(),
        timeline=rating.timeline,
    )
