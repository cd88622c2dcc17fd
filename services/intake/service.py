"""What intake reads, says and does."""

from functools import partial

from chassis.core.service import Service, by_correlation
from contracts import claims, intake, routing
from services.intake.decide import Rules, decide
from services.intake.refusals import answer
from services.intake.state import INITIAL, Fold, State, applies


def service(rules: Rules) -> Service[State]:
    """The subscription table of intake. Its documents are submissions: there is one before there is a code."""
    return Service(
        name="intake",
        consumes=(claims.IntakeSubmitted, routing.DossierSuspended, routing.DossierCompleted),
        emits=(
            intake.DossierReceived,
            intake.DossierSupplementRequested,
            intake.DossierSupplemented,
            intake.DossierPaid,
            intake.DossierRefused,
            intake.DossierWithdrawn,
            intake.DossierDelivered,
        ),
        initial=INITIAL,
        evolve=Fold(rules.calendar, rules.rule_sets).evolve,
        decide=partial(decide, rules=rules),
        key=by_correlation,
        answer=answer,
        settles=applies,
        indexes=(("code",),),
        basis=repr((rules.calendar, dict(rules.rule_sets.by_name))),
    )
