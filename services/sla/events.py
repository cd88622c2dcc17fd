"""The events that sla owns, and the one place where they are made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts import sla
from contracts.envelope import AnyEvent, Payload, new_event
from services.sla.state import State

SOURCE = "/lienthong/sla"

OWNED = (
    sla.DossierDueSoon,
    sla.DossierOverdue,
    sla.DossierOverdueRetracted,
    sla.DossierEscalated,
    sla.DossierRescheduled,
    sla.ExplanationRequired,
    sla.ApologyRequired,
    sla.ApologyWithdrawn,
)


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event that is not on record, to be emitted once its instant has passed.

    Attributes:
        data: makes the payload, when its time has come.
        unique: what its id is derived from.
        at: since when it is true.
        cause: id of the event that made it necessary.
    """

    data: Callable[[], Payload]
    unique: tuple[object, ...]
    at: datetime
    cause: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A moment that was missed.

    Attributes:
        due: the moment.
        id: of the event that says so.
        holder: works out which agency and officer held it then.
    """

    due: datetime
    id: str
    holder: Callable[[], tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Course:
    """Pending events in the order of their instants, until an end; each is worked out when it is asked for."""

    pending: Iterable[PendingEvent]
    ended: datetime | None


def event_of(state: State, pending: PendingEvent) -> AnyEvent:
    """The event itself."""
    return new_event(
        pending.data(),
        source=SOURCE,
        subject=state.dossier,
        time=pending.at,
        correlationid=state.correlation,
        unique=pending.unique,
        causationid=pending.cause,
        timeline=state.timeline,
    )
