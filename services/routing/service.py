"""What routing reads, says and does."""

from functools import partial

from chassis.core.service import Service
from contracts import claims, intake, routing
from domain import DOMAIN_VERSION
from services.routing.decide import decide
from services.routing.dossier import State
from services.routing.refusals import answer, document
from services.routing.rules import Rules
from services.routing.state import FOLD_VERSION, INITIAL, evolve

_CONSUMED = (
    intake.DossierReceived,
    intake.DossierSupplemented,
    intake.DossierPaid,
    intake.DossierWithdrawn,
    claims.AgencyReported,
)
_OWNED = (
    routing.DossierTransferred,
    routing.DossierAcknowledged,
    routing.DossierStepCompleted,
    routing.DossierSuspended,
    routing.DossierResumed,
    routing.DossierCompleted,
    routing.ConsultationRequested,
    routing.ConsultationAnswered,
    routing.DelayExplained,
    routing.ReportRejected,
)


def service(rules: Rules) -> Service[State]:
    """The subscription table of routing."""
    return Service(
        name="routing",
        folds=dict.fromkeys((*_CONSUMED, *_OWNED), evolve),
        emits=_OWNED,
        initial=INITIAL,
        decide=partial(decide, rules=rules),
        genesis=(intake.DossierReceived,),
        key=document,
        answer=answer,
        settles=lambda event: isinstance(event.data, intake.DossierReceived),
        indexes=(("phase",),),
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )
