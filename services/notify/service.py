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
from services.notify.decide import decide
from services.notify.dossier import INITIAL, State
from services.notify.state import evolve


def service(perform: Perform | None = None) -> Service[State]:
    """Notify, wholly described; without `perform` it only folds and decides, which is enough for an audit."""
    return Service(
        name="notify",
        consumes=(
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
        ),
        emits=(NotificationSent, NotificationDoubtful, NotificationFailed, LetterIssued),
        initial=INITIAL,
        evolve=evolve,
        decide=decide,
        genesis=(DossierReceived,),
        perform=perform,
    )
