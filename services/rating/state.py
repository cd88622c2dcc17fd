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
    RatingCounted,
    RatingPublished,
    RatingSubmitted,
)
from contracts.routing import DossierCompleted, DossierStepCompleted
from contracts.rule_days import bounds_claims
from contracts.sla import DossierRescheduled
from domain.worktime import ZONE

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
        counted: it was said that it counts.
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
    counted: bool = False

    @property
    def month_over(self) -> datetime:
        """The first moment after its month, in Vietnam: then it is published, with all others of the month."""
        year, month = map(int, self.month.split("-"))
        return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZONE)


FeedbackStatus = Literal["open", "in-time", "late", "answered"]
"""`answered`: without a limit, so neither in time nor late."""


@dataclass(frozen=True)
class Feedback:
    """A complaint or a suggestion (phản ánh, kiến nghị).

    Attributes:
        category: empty as long as only the answer is known.
        dossier: what it is about, if it is about one.
        month: in which it was submitted, in Vietnam.
        timeline: the clock that its times are told by.
        due: until when an answer is in time.
        moved: the same, since days off were announced, as sla says; it may be folded before the rest.
    """

    category: str = ""
    agency: str = ""
    dossier: str | None = None
    month: str = ""
    timeline: str = ""
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
        agencies: that had it, the unit that received it among them; `officers` that worked on it.
        completed: whether it has its result: nobody works on it from then on.
        ratings: by time.
        counted: ids of the ratings that were said to count.
        repeated: how many ratings do not count, because their holder has already rated.
        feedback: if this is one.
    """

    dossier: str = ""
    received: bool = False
    correlationid: str = ""
    agencies: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    completed: bool = False
    ratings: tuple[Rating, ...] = ()
    counted: tuple[str, ...] = ()
    repeated: int = 0
    feedback: Feedback | None = None


INITIAL = State()

FOLD_VERSION = 1
"""Raise it by one whenever the same facts can give another state; the stored ones are then folded anew."""


def evolve(state: State, event: AnyEvent) -> State:
    """Add one fact."""
    if is_anonymous(event):
        return state
    state = replace(state, dossier=event.subject)
    match event.data:
        case DossierReceived() as data:
            return _born(state, event, data)
        case DossierStepCompleted() as data:
            return _with_workers(state, data.agency, data.officer)
        case DossierCompleted() as data:
            return _with_workers(replace(state, completed=True), data.agency, data.officer)
        case RatingSubmitted() as data:
            return _judged(replace(state, ratings=(*state.ratings, _rating(event, data))))
        case RatingCounted() | RatingPublished() as data:  # before 28 November 2026 the published one said what counts
            # Both have the same time, so this one may be folded before the rating it speaks of.
            return _judged(replace(state, counted=(*state.counted, data.rating_id)))
        case FeedbackSubmitted() as data:
            return _with_feedback(
                state,
                category=data.category,
                agency=data.agency,
                dossier=data.dossier,
                month=_month(event.time),
                timeline=event.timeline,
                due=data.due,
            )
        case FeedbackAnswered() as data:
            return _with_feedback(state, answered=data.answered_at)
        case DossierRescheduled(deadline="feedback") as data:
            return _with_feedback(state, moved=data.new_date)
        case _:
            return state


def _born(state: State, event: AnyEvent, data: DossierReceived) -> State:
    """The dossier exists; nobody is born twice."""
    if state.received and bounds_claims(event.taken_in):
        return state
    return _with_workers(replace(state, received=True, correlationid=event.correlationid), data.receiving_unit, None)


def is_anonymous(event: AnyEvent) -> bool:
    """Whether this is a rating as the public reads it, which nobody can bring back to its dossier."""
    return isinstance(event.data, RatingPublished) and event.subject == event.data.rating_id


def counting(state: State) -> dict[str, Rating]:
    """The rating that counts, by holder: the one that was said to, else the first of somebody who had the dossier."""
    chosen: dict[str, Rating] = {}
    for rating in sorted(state.ratings, key=lambda one: not one.counted):
        if rating.counted or had_it(state, rating):
            chosen.setdefault(rating.holder, rating)
    return chosen


def had_it(state: State, rating: Rating) -> bool:
    """Whether the agency had the dossier, and the officer, if one is named, worked on it."""
    return rating.agency in state.agencies and (rating.officer is None or rating.officer in state.officers)


def _with_workers(state: State, agency: str, officer: str | None) -> State:
    officers = {*state.officers, officer} if officer else {*state.officers}
    known = replace(state, agencies=tuple(sorted({*state.agencies, agency})), officers=tuple(sorted(officers)))
    return _judged(known) if state.ratings else known


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
    ratings = tuple(replace(one, counted=one.rating_id in state.counted) for one in state.ratings)
    judged = replace(state, ratings=ratings)
    rateable = [one for one in ratings if one.counted or had_it(judged, one)]
    return replace(judged, repeated=len(rateable) - len(counting(judged)))
