"""Rating as one value: what it reads, how it folds and what it decides."""

from chassis.core.service import NOWHERE, Perform, Service, by_subject
from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived
from domain import DOMAIN_VERSION
from services.rating.decide import decide
from services.rating.events import OWNED, is_anonymous
from services.rating.fold import FOLD_VERSION, folds
from services.rating.queries import INDEXES
from services.rating.state import INITIAL, State


def service(perform: Perform | None = None) -> Service[State]:
    """Make rating. Its documents are dossiers, by their code, and feedback, by its id.

    Without `perform`, which erases words, it only folds and decides. That is enough for an audit.
    """
    return Service(
        name="rating",
        folds=folds(),
        emits=OWNED,
        initial=INITIAL,
        decide=decide,
        genesis=(DossierReceived,),
        key=by_dossier,
        perform=perform,
        indexes=INDEXES,
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )


def by_dossier(event: AnyEvent) -> str:
    """The dossier or the feedback; what the public reads of a rating can not be brought back to one."""
    return NOWHERE if is_anonymous(event) else by_subject(event)
