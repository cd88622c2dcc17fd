"""Notify as one value: what it reads, how it folds and decides, which events it owns, and who delivers."""

from chassis.core.service import Perform, Service
from contracts.intake import DossierReceived
from domain import DOMAIN_VERSION
from services.notify.decide import decide
from services.notify.events import OWNED
from services.notify.fold import FOLD_VERSION, folds
from services.notify.state import INITIAL, State


def service(perform: Perform | None = None) -> Service[State]:
    """Describe notify wholly; without `perform` it only folds and decides, which is enough for an audit."""
    return Service(
        name="notify",
        folds=folds(),
        emits=OWNED,
        initial=INITIAL,
        decide=decide,
        genesis=(DossierReceived,),
        perform=perform,
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )
