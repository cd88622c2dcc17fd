"""The ratings of one dossier, and which of them count; or one feedback, which has a document of its own."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived
from contracts.rating import (
    FeedbackAnswered,
    FeedbackSubmitted,
    RatingChannel,
    RatingPublished,
    RatingSubmitted,
)
from contracts.routing import DossierCompleted, DossierStepCompleted
from contracts.rule_days import bounds_claims
from contracts.sla import DossierRescheduled
from contracts.worktime import ZONE

MOST_POINTS = 2
"""Of one indicator."""


@dataclass(frozen=True)
class Rating:
    """One rating, as it came in.

    Attributes:
        rating_id: id of its `rating.submitted`.
        holder: opaque token of who rates; a dossier's rating counts once for each.
        points: given, `of` that could be given.
        month: in Vietnam.
        published: it was said that it counts.
    """

    rating_id: str
    holder: str
    channel: RatingChannel
    agency: str
    officer: str | None
    points: int
    of: int
    month: str
    time: datetime
    timeline: str
    published: bool = False


FeedbackStatus = Literal["open", "in-time", "late", "answered"]
"""`answered`: without a limit, so neither in time nor late."""


@dataclass(frozen=True)
class Feedback:
    """A complaint or a suggestion (phản ánh, kiến nghị).

    Attributes:
        category: empty as long as only the answer is known.
        dossier: what it is about, if it is about one.
        month: in which it was submitted, in Vietnam.
        due: until when an answer is in time.
        moved: the same, since days off were announced, as sla says; it may be folded before the rest.
    """

    category: str = ""
    agency: str = ""
    dossier: str | None = None
    month: str = ""
    due: datetime | None = None
    answered: datetime | None = None
    status: FeedbackStatus = "open"
    moved: datetime | None = None


@dataclass(frozen=True)
class State:
    """A dossier, or a feedback, as rating sees it.

    Attributes:
        dossier: its code (of a feedback its id), as soon as anything is known.
        received: whether it exists; until then its ratings wait.
        correlationid: id of the submission it began with.
        agencies: that worked on it; `officers` likewise.
        ratings: by time.
        published: ids of the ratings that were said to count.
        repeated: how many ratings do not count, because their holder has already rated.
        feedback: if this is one.
    """

    dossier: str = ""
    received: bool = False
    correlationid: str = ""
    agencies: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    ratings: tuple[Rating, ...] = ()
    published: tuple[str, ...] = ()
    repeated: int = 0
    feedback: Feedback | None = None


INITIAL = State()


def evolve(state: State, event: AnyEvent) -> State:
    """Add one fact."""
    state = replace(state, dossier=event.subject)
    match event.data:
        case DossierReceived() if state.received and bounds_claims(event.taken_in):
            return state  # nobody is born twice
        case DossierReceived():
            return replace(state, received=True, correlationid=event.correlationid)
        case DossierStepCompleted() | DossierCompleted() as data:
            return _with_workers(state, data.agency, data.officer)
        case RatingSubmitted() as data:
            return _judged(replace(state, ratings=(*state.ratings, _rating(event, data))))
        case RatingPublished() as data:
            # Both have the same time, so this one may be folded before the rating it speaks of.
            return _judged(replace(state, published=(*state.published, data.rating_id)))
        case FeedbackSubmitted() as data:
            return _with_feedback(
                state,
                category=data.category,
                agency=data.agency,
                dossier=data.dossier,
                month=_month(event.time),
                due=data.due,
            )
        case FeedbackAnswered() as data:
            return _with_feedback(state, answered=data.answered_at)
        case DossierRescheduled(deadline="feedback") as data:
            return _with_feedback(state, moved=data.new_date)
        case _:
            return state


def counting(state: State) -> dict[str, Rating]:
    """The rating that counts, by holder: the one already published, else the first."""
    chosen: dict[str, Rating] = {}
    for rating in sorted(state.ratings, key=lambda one: not one.published):
        chosen.setdefault(rating.holder, rating)
    return chosen


def _with_workers(state: State, agency: str, officer: str | None) -> State:
    officers = {*state.officers, officer} if officer else {*state.officers}
    return replace(state, agencies=tuple(sorted({*state.agencies, agency})), officers=tuple(sorted(officers)))


def _rating(event: AnyEvent, data: RatingSubmitted) -> Rating:
    return Rating(
        rating_id=event.id,
        holder=data.holder,
        channel=data.channel,
        agency=data.agency,
        officer=data.officer,
        points=sum(data.answers.values()),
        of=MOST_POINTS * len(data.answers),
        month=_month(event.time),
        time=event.time,
        timeline=event.timeline,
    )


def _month(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m")


def _with_feedback(state: State, **known: Any) -> State:
    """Add what is known of a feedback: its answer may be folded before it."""
    feedback = replace(state.feedback or Feedback(), **known)
    feedback = replace(feedback, due=feedback.moved or feedback.due)
    return replace(state, feedback=replace(feedback, status=_status(feedback)))


def _status(feedback: Feedback) -> FeedbackStatus:
    if feedback.answered is None:
        return "open"
    if feedback.due is None:
        return "answered"
    return "late" if feedback.answered > feedback.due else "in-time"


def _judged(state: State) -> State:
    ratings = tuple(replace(one, published=one.rating_id in state.published) for one in state.ratings)
    judged = replace(state, ratings=ratings)
    return replace(judged, repeated=len(ratings) - len(counting(judged)))
