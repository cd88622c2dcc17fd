"""The events that rating publishes, and the one place where they are made."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.envelope import AnyEvent, Payload, event_id, new_event
from contracts.rating import (
    FeedbackAnswered,
    FeedbackErased,
    FeedbackSubmitted,
    RatingCounted,
    RatingPublished,
    RatingSubmitted,
)
from services.rating.state import Erased, Rating, State

SOURCE = "/lienthong/rating"

OWNED: tuple[type[Payload], ...] = (RatingCounted, RatingPublished, FeedbackErased)
"""The events that rating decides.

The HTTP API publishes ratings, feedback and answers under the same source. But those are claims of people: they are
folded like the events of other services, before anything that follows from them.
"""


def counted(state: State, rating: Rating) -> AnyEvent:
    """The rating counts."""
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


def published(rating: Rating) -> AnyEvent:
    """The public can read the rating. Nothing in it leads back to the dossier.

    Somebody who knew the holder's token could work its id out.
    """
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


def words_erased(state: State, erased: Erased) -> AnyEvent:
    """The words of all feedback about the dossier are gone."""
    return new_event(
        FeedbackErased(reference=erased.reference),
        source=SOURCE,
        subject=state.dossier,
        time=erased.at,
        correlationid=state.correlationid,
        unique=(erased.reference,),
        causationid=erased.event,
        timeline=erased.timeline,
    )


def is_anonymous(event: AnyEvent) -> bool:
    """Tell whether this is a rating as the public reads it, which nobody can bring back to its dossier."""
    return isinstance(event.data, RatingPublished) and event.subject == event.data.rating_id


def rating_submitted(dossier: str, content: Mapping[str, Any], key: str | None, state: State, at: datetime) -> AnyEvent:
    """Somebody rates a dossier over HTTP.

    Args:
        dossier: its code.
        content: the fields of the payload.
        key: tells the request from others of this holder; without one, its content does.
        state: the dossier as far as it is known.
        at: when the request came.
    """
    rating = RatingSubmitted.model_validate(content)
    meaning = key or json.dumps(content, sort_keys=True)
    return new_event(
        rating,
        source=SOURCE,
        subject=dossier,
        time=at,
        correlationid=state.correlationid or dossier,
        unique=(rating.holder, meaning),
    )


def feedback_submitted(feedback: str, data: FeedbackSubmitted, at: datetime) -> AnyEvent:
    """Somebody complains or suggests something over HTTP; `feedback` is its random id."""
    return _of_feedback(feedback, data, at)


def feedback_answered(feedback: str, data: FeedbackAnswered, at: datetime) -> AnyEvent:
    """The agency answers a feedback over HTTP."""
    return _of_feedback(feedback, data, at, cause=event_id(FeedbackSubmitted.TYPE, feedback))


def _of_feedback(feedback: str, data: Payload, at: datetime, cause: str = "") -> AnyEvent:
    return new_event(
        data, source=SOURCE, subject=feedback, time=at, correlationid=feedback, unique=(), causationid=cause
    )
