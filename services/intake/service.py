"""What intake reads, says and does."""

from functools import partial

from chassis.core.service import Service, by_correlation
from contracts import claims, intake, routing
from domain import DOMAIN_VERSION
from services.intake.decide import Rules, decide
from services.intake.refusals import answer
from services.intake.state import FOLD_VERSION, INITIAL, Fold, State, applies

_CONSUMED = (
    claims.IntakeSubmitted,
    routing.DossierSuspended,
    routing.DossierCompleted,
)
_OWNED = (
    intake.DossierReceived,
    intake.DossierSupplementRequested,
    intake.DossierSupplemented,
    intake.DossierPaid,
    intake.DossierRefused,
    intake.DossierWithdrawn,
    intake.DossierDelivered,
)


def service(rules: Rules) -> Service[State]:
    """The subscription table of intake. Its documents are submissions: there is one before there is a code."""
    return Service(
        name="intake",
        folds=dict.fromkeys((*_CONSUMED, *_OWNED), Fold(rules.calendar, rules.rule_sets).evolve),
        emits=_OWNED,
        initial=INITIAL,
        decide=partial(decide, rules=rules),
        key=by_correlation,
        answer=answer,
        settles=applies,
        indexes=(("code",),),
        basis=repr((rules.calendar, dict(rules.rule_sets.by_name))),
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )
