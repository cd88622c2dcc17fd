"""What rating reads and says."""

from chassis.service import Service
from contracts.intake import DossierReceived
from contracts.rating import FeedbackAnswered, FeedbackSubmitted, RatingPublished, RatingSubmitted
from contracts.routing import DossierCompleted, DossierStepCompleted
from contracts.sla import DossierRescheduled
from services.rating.decide import decide
from services.rating.state import INITIAL, State, evolve


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
        emits=(RatingPublished,),
        initial=INITIAL,
        evolve=evolve,
        decide=decide,
        genesis=(DossierReceived,),
        indexes=(("ratings.month",), ("feedback.month",)),
    )
