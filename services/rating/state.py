"""The ratings of one dossier, and which of them count."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived
from contracts.rating import RatingChannel, RatingPublished, RatingSubmitted
from contracts.routing import DossierCompleted, DossierStepCompleted
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


@dataclass(frozen=True)
class State:
    """A dossier as rating sees it.

    Attributes:
        dossier: its code, as soon as anything is known.
        received: whether it exists; until then its ratings wait.
        correlationid: id of the submission it began with.
        agencies: that worked on it; `officers` likewise.
        ratings: by time.
        published: ids of the ratings that were said to count.
        repeated: how many ratings do not count, because their holder has already rated.
    """

    dossier: str = ""
    received: bool = False
    correlationid: str = ""
    agencies: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()
    ratings: tuple[Rating, ...] = ()
    published: tuple[str, ...] = ()
    repeated: int = 0


INITIAL = State()


def evolve(state: State, event: AnyEvent) -> State:
    """Add one fact."""
    state = replace(state, dossier=event.subject)
    match event.data:
        case DossierReceived():
            return replace(state, received=True, correlationid=event.correlationid)
        case DossierStepCompleted() | DossierCompleted() as data:
            return _with_workers(state, data.agency, data.officer)
        case RatingSubmitted() as data:
            return _judged(replace(state, ratings=(*state.ratings, _rating(event, data))))
        case RatingPublished() as data:
            # Both have the same time, so this one may be folded before the rating it speaks of.
            return _judged(replace(state, published=(*state.published, data.rating_id)))
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
        month=event.time.astimezone(ZONE).strftime("%Y-%m"),
        time=event.time,
        timeline=event.timeline,
    )


def _judged(state: State) -> State:
    ratings = tuple(replace(one, published=one.rating_id in state.published) for one in state.ratings)
    judged = replace(state, ratings=ratings)
    return replace(judged, repeated=len(ratings) - len(counting(judged)))
