"""Which ratings count."""

from datetime import datetime

from contracts.decision import Decision
from contracts.envelope import AnyEvent, new_event
from contracts.rating import RatingPublished
from services.rating.state import Rating, State, counting

SOURCE = "/lienthong/rating"


def decide(state: State, now: datetime) -> Decision:  # noqa: ARG001 - ratings wait for events, never for time
    """Publish every rating that counts, as soon as the dossier is known to exist."""
    if not state.received:
        return Decision()
    return Decision(events=tuple(_published(state, rating) for rating in counting(state).values()))


def _published(state: State, rating: Rating) -> AnyEvent:
    data = RatingPublished(
        rating_id=rating.rating_id,
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
        subject=state.dossier,
        time=rating.time,
        correlationid=state.correlationid,
        unique=(rating.rating_id,),
        causationid=rating.rating_id,
        timeline=rating.timeline,
    )
