"""What sla reads, says and does."""

from functools import partial

from chassis.service import Service
from contracts import claims, intake, routing, sla
from services.sla.decide import Rules, decide
from services.sla.state import INITIAL, State, evolve


def service(rules: Rules) -> Service[State]:
    """The subscription table of sla."""
    return Service(
        name="sla",
        consumes=(
            intake.DossierReceived,
            intake.DossierWithdrawn,
            routing.DossierTransferred,
            routing.DossierAcknowledged,
            routing.DossierStepCompleted,
            routing.DossierSuspended,
            routing.DossierResumed,
            routing.DossierCompleted,
            claims.ClockTicked,
        ),
        emits=(
            sla.DossierDueSoon,
            sla.DossierOverdue,
            sla.DossierOverdueRetracted,
            sla.DossierEscalated,
            sla.ExplanationRequired,
        ),
        initial=INITIAL,
        evolve=evolve,
        decide=partial(decide, rules=rules),
        genesis=(intake.DossierReceived,),
        indexes=("phase", "overdue"),
    )
