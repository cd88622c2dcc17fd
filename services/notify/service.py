"""What notify reads, what it says, and who does it."""

from chassis.core.service import Perform, Service
from contracts.intake import DossierReceived, DossierRefused, DossierSupplementRequested, DossierWithdrawn
from contracts.notify import (
    LetterIssued,
    NotificationDoubtful,
    NotificationFailed,
    NotificationSent,
    ResendRequested,
)
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.sla import (
    DossierDueSoon,
    DossierEscalated,
    DossierOverdue,
    DossierOverdueRetracted,
    DossierRescheduled,
    ExplanationRequired,
)
from domain import DOMAIN_VERSION
from services.notify.decide import decide
from services.notify.dossier import INITIAL, State
from services.notify.state import FOLD_VERSION, evolve

_CONSUMED = (
    DossierReceived,
    DossierSupplementRequested,
    DossierRefused,
    DossierSuspended,
    DossierCompleted,
    DossierWithdrawn,
    DossierOverdue,
    DossierOverdueRetracted,
    DossierRescheduled,
    DossierDueSoon,
    DossierEscalated,
    ExplanationRequired,
    ResendRequested,
)
_OWNED = (
    NotificationSent,
    NotificationDoubtful,
    NotificationFailed,
    LetterIssued,
)


def service(perform: Perform | None = None) -> Service[State]:
    """Notify, wholly described; without `perform` it only folds and decides, which is enough for an audit."""
    return Service(
        name="notify",
        folds=dict.fromkeys((*_CONSUMED, *_OWNED), evolve),
        emits=_OWNED,
        initial=INITIAL,
        decide=decide,
        genesis=(DossierReceived,),
        perform=perform,
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )
