"""The fold of a dossier's ratings, or of a feedback: the function for each kind of event.

`folds` is rating's subscription table: it names a function for every kind of event that rating reads or owns. An answer
may be folded before its feedback, and what counts before the rating it speaks of, because they have the same time.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.core.service import Folds
from contracts.envelope import Event
from contracts.intake import ApplicantErased, DossierReceived
from contracts.rating import (
    FeedbackAnswered,
    FeedbackErased,
    FeedbackSubmitted,
    RatingCounted,
    RatingPublished,
    RatingSubmitted,
)
from contracts.routing import DossierCompleted, DossierStepCompleted
from contracts.rule_days import bounds_claims
from contracts.sla import DossierRescheduled
from domain.worktime import ZONE
from services.rating.events import is_anonymous
from services.rating.state import MOST_POINTS, Erased, Feedback, FeedbackStatus, Rating, State

FOLD_VERSION = 2
"""Raise it by one whenever the same facts can give another state; the stored ones are then folded anew."""


def folds() -> Folds[State]:
    """The function for each payload: what rating consumes first, then what it owns."""
    return {
        DossierReceived: received,
        DossierStepCompleted: step_completed,
        DossierCompleted: completed,
        RatingSubmitted: rating_submitted,
        FeedbackSubmitted: feedback_submitted,
        FeedbackAnswered: feedback_answered,
        DossierRescheduled: rescheduled,
        ApplicantErased: applicant_erased,
        RatingCounted: rating_counted,
        RatingPublished: rating_published,
        FeedbackErased: feedback_erased,
    }


def received(state: State, event: Event[DossierReceived]) -> State:
    """The dossier exists. Of two receipts the first counts, since the day on which that rule began."""
    known = state.but(dossier=event.subject)
    if state.received and bounds_claims(event.taken_in):
        return known
    born = known.but(received=True, correlationid=event.correlationid)
    return _with_workers(born, event.data.receiving_unit, None)


def step_completed(state: State, event: Event[DossierStepCompleted]) -> State:
    """An agency, and perhaps an officer, worked on the dossier."""
    return _with_workers(state.but(dossier=event.subject), event.data.agency, event.data.officer)


def completed(state: State, event: Event[DossierCompleted]) -> State:
    """The result is signed, so nobody works on the dossier from now on."""
    return _with_workers(state.but(dossier=event.subject, completed=True), event.data.agency, event.data.officer)


def rating_submitted(state: State, event: Event[RatingSubmitted]) -> State:
    """Somebody rated the dossier (đánh giá)."""
    data = event.data
    rating = Rating(
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
    return _judged(state.but(dossier=event.subject, ratings=(*state.ratings, rating)))


def rating_counted(state: State, event: Event[RatingCounted]) -> State:
    """It was decided that a rating counts."""
    return _judged(state.but(dossier=event.subject, counted=(*state.counted, event.data.rating_id)))


def rating_published(state: State, event: Event[RatingPublished]) -> State:
    """The public reads a rating, which nobody can bring back to its dossier, so it changes nothing.

    Before 28 November 2026 the published rating was not anonymous, and it said which rating counts.
    """
    if is_anonymous(event):
        return state
    return _judged(state.but(dossier=event.subject, counted=(*state.counted, event.data.rating_id)))


def feedback_submitted(state: State, event: Event[FeedbackSubmitted]) -> State:
    """Somebody complained, or suggested something (phản ánh, kiến nghị)."""
    data = event.data
    return _with_feedback(
        state,
        event.subject,
        category=data.category,
        agency=data.agency,
        dossier=data.dossier,
        month=_month(event.time),
        timeline=event.timeline,
        due=data.due,
    )


def feedback_answered(state: State, event: Event[FeedbackAnswered]) -> State:
    """The agency answered the feedback."""
    return _with_feedback(state, event.subject, answered=event.data.answered_at)


def rescheduled(state: State, event: Event[DossierRescheduled]) -> State:
    """The time to answer a feedback was moved, because days off were announced; other deadlines are not rating's."""
    if event.data.deadline != "feedback":
        return state.but(dossier=event.subject)
    return _with_feedback(state, event.subject, moved=event.data.new_date)


def applicant_erased(state: State, event: Event[ApplicantErased]) -> State:
    """Intake has erased the applicant. Of two such events the first counts."""
    found = Erased(event.time, event.id, event.data.reference, event.timeline)
    return state.but(dossier=event.subject, erased=min(found, state.erased or found))


def feedback_erased(state: State, event: Event[FeedbackErased]) -> State:
    """The words about the dossier are gone."""
    return state.but(dossier=event.subject, words_erased=True)


def _with_workers(state: State, agency: str, officer: str | None) -> State:
    officers = {*state.officers, officer} if officer else {*state.officers}
    known = state.but(agencies=tuple(sorted({*state.agencies, agency})), officers=tuple(sorted(officers)))
    return _judged(known) if state.ratings else known


def _judged(state: State) -> State:
    """Mark the ratings that are on record as counted, and count the repeated ones."""
    ratings = tuple(replace(rating, counted=rating.rating_id in state.counted) for rating in state.ratings)
    judged = state.but(ratings=ratings)
    rateable = [rating for rating in ratings if rating.counted or judged.had_it(rating)]
    return judged.but(repeated=len(rateable) - len(judged.counting))


def _with_feedback(state: State, key: str, **known: Any) -> State:
    """Add what is known of a feedback, whichever part of it is folded first."""
    feedback = replace(state.feedback or Feedback(), **known)
    feedback = replace(feedback, due=feedback.moved or feedback.due)
    return state.but(dossier=key, feedback=replace(feedback, status=_status(feedback)))


def _status(feedback: Feedback) -> FeedbackStatus:
    if feedback.answered is None:
        return "open"
    if feedback.due is None:
        return "answered"
    return "late" if feedback.answered > feedback.due else "in-time"


def _month(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m")
