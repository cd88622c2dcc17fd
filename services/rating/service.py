"""What rating reads and says."""

from chassis.core.service import NOWHERE, Service, by_subject
from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived
from contracts.rating import FeedbackAnswered, FeedbackSubmitted, RatingCounted, RatingPublished, RatingSubmitted
from contracts.routing import DossierCompleted, DossierStepCompleted
from contracts.sla import DossierRescheduled
from services.rating.decide import decide
from services.rating.state import INITIAL, State, evolve, is_anonymous


def by_dossier(event: AnyEvent) -> str:
    """The dossier or the feedback; what the public reads of a rating can not be brought back to one."""
    return NOWHERE if is_anonymous(event) else by_subject(event)


def service() -> Service[State]:
    """Rating, wholly described."""
    return Service(
        name="rating",
        consumes=(
            DossierReceived,
            DossierStepCompleted,
            DossierCompleted,
            RatingSubmitted,
            FeedbackSubmitted,
            FeedbackAnswered,
            DossierRescheduled,
        ),
        emits=(RatingCounted, RatingPublished),
        initial=INITIAL,
        evolve=evolve,
        decide=decide,
        genesis=(DossierReceived,),
        key=by_dossier,
        indexes=(("ratings.month",), ("feedback.month",)),
    )
