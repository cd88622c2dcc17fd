"""What rating reads and says."""

from chassis.core.service import NOWHERE, Service, by_subject
from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived
from contracts.rating import FeedbackAnswered, FeedbackSubmitted, RatingCounted, RatingPublished, RatingSubmitted
from contracts.routing import DossierCompleted, DossierStepCompleted
from contracts.sla import DossierRescheduled
from domain import DOMAIN_VERSION
from services.rating.decide import decide
from services.rating.state import FOLD_VERSION, INITIAL, State, evolve, is_anonymous

_CONSUMED = (
    DossierReceived,
    DossierStepCompleted,
    DossierCompleted,
    RatingSubmitted,
    FeedbackSubmitted,
    FeedbackAnswered,
    DossierRescheduled,
)
_OWNED = (
    RatingCounted,
    RatingPublished,
)


def by_dossier(event: AnyEvent) -> str:
    """The dossier or the feedback; what the public reads of a rating can not be brought back to one."""
    return NOWHERE if is_anonymous(event) else by_subject(event)


def service() -> Service[State]:
    """Rating, wholly described."""
    return Service(
        name="rating",
        folds=dict.fromkeys((*_CONSUMED, *_OWNED), evolve),
        emits=_OWNED,
        initial=INITIAL,
        decide=decide,
        genesis=(DossierReceived,),
        key=by_dossier,
        indexes=(("ratings.month",), ("feedback.month",)),
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )
