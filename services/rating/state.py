"""The state of one dossier's ratings (đánh giá), or of one feedback, which has a document of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chassis.core.changeable import Changeable
from contracts.rating import RatingChannel
from domain.worktime import ZONE

MOST_POINTS = 2
"""Points that one indicator can get; the form of the survey fixes it, and every share is given points by these."""


@dataclass(frozen=True)
class Rating:
    """One rating, as it came in.

    Attributes:
        rating_id: id of its `rating.submitted`.
        holder: opaque token of the person who rates; a dossier's rating counts once for each.
        channel: where it was given.
        agency: who is rated; `officer` who of them, if that is said.
        points: given, `of` that could be given.
        month: of the rating, in Vietnam, for example ``2026-03``.
        time: when it was given, by the clock of `timeline`.
        counted: a `rating.counted` for it is on record.
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
        agency: whose work it is about, and who has to answer.
        dossier: the dossier that it is about, if it is about one.
        month: in which it was submitted, in Vietnam.
        timeline: the clock that its times are told by.
        due: the moment until which an answer is in time; None without a limit.
        answered: when it was answered.
        status: follows from these two.
        moved: the due moment since days off were announced, as sla says; it may be folded before the rest.
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


@dataclass(frozen=True, order=True)
class Erased:
    """The applicant is erased since this moment, as this event says, by this reference. Erasures sort by moment."""

    at: datetime
    event: str
    reference: str
    timeline: str


@dataclass(frozen=True)
class State(Changeable):
    """A dossier, or a feedback, as rating sees it.

    Attributes:
        dossier: its code, of a feedback its id, as soon as anything is known.
        received: the dossier exists; until then its ratings wait.
        correlationid: id of the submission it began with.
        agencies: every agency that had it, the unit that received it among them.
        officers: every officer who worked on it.
        completed: it has its result, so nobody works on it from then on.
        ratings: by time.
        counted: ids of the ratings whose `rating.counted` is on record.
        repeated: how many ratings do not count because their holder has already rated.
        feedback: None for a dossier.
        erased: the applicant is erased; None as long as he is not.
        words_erased: the words of all feedback about the dossier are gone.
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
    erased: Erased | None = None
    words_erased: bool = False

    @property
    def counting(self) -> dict[str, Rating]:
        """The rating that counts, by holder: the one on record as counted, else the first of who had the dossier."""
        chosen: dict[str, Rating] = {}
        for rating in sorted(self.ratings, key=lambda rating: not rating.counted):
            if rating.counted or self.had_it(rating):
                chosen.setdefault(rating.holder, rating)
        return chosen

    def had_it(self, rating: Rating) -> bool:
        """Tell whether the rated agency had the dossier, and the officer, if one is named, worked on it."""
        return rating.agency in self.agencies and (rating.officer is None or rating.officer in self.officers)


INITIAL = State()
