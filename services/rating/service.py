"""Rating as one value: what it reads, how it folds and what it decides."""

from chassis.core.service import NOWHERE, Service, by_subject
from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived
from domain import DOMAIN_VERSION
from services.rating.decide import decide
from services.rating.events import OWNED, is_anonymous
from services.rating.fold import FOLD_VERSION, folds
from services.rating.queries import INDEXES
from services.rating.state import INITIAL, State


def service() -> Service[State]:
    """Make rating. Its documents are dossiers, by their code, and feedback, by its id."""
    return Service(
        name="rating",
        folds=folds(),
        emits=OWNED,
        initial=INITIAL,
        decide=decide,
        genesis=(DossierReceived,),
        key=by_dossier,
        indexes=INDEXES,
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )


def by_dossier(event: AnyEvent) -> str:
    """The dossier or the feedback; what the public reads of a rating can not be brought back to one."""
    return NOWHERE if is_anonymous(event) else by_subject(event)
