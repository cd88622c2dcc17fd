"""What routing reads, says and does."""

from functools import partial

from chassis.core.service import Service
from contracts import claims, intake, routing
from services.routing.decide import decide
from services.routing.dossier import State
from services.routing.refusals import answer, document
from services.routing.rules import Rules
from services.routing.state import INITIAL, evolve


def service(rules: Rules) -> Service[State]:
    """The subscription table of routing."""
    return Service(
        name="routing",
        consumes=(
            intake.DossierReceived,
            intake.DossierSupplemented,
            intake.DossierPaid,
            intake.DossierWithdrawn,
            claims.AgencyReported,
        ),
        emits=(
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
        ),
        initial=INITIAL,
        evolve=evolve,
        decide=partial(decide, rules=rules),
        genesis=(intake.DossierReceived,),
        key=document,
        answer=answer,
        settles=lambda event: isinstance(event.data, intake.DossierReceived),
        indexes=(("phase",),),
    )
