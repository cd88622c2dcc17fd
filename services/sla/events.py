"""One thing that has to be said, and courses of such things, one after the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import AnyEvent, Payload, new_event
from services.sla.state import State

SOURCE = "/lienthong/sla"


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that has to be said and is not on record, true since its own instant.

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
    """Sayings in the order of their instants, until an end; each is worked out when it is asked for."""

    sayings: Iterable[Saying]
    ended: datetime | None


def event_of(state: State, saying: Saying) -> AnyEvent:
    """The event that says it."""
    return new_event(
        saying.data(),
        source=SOURCE,
        subject=state.dossier,
        time=saying.at,
        correlationid=state.correlation,
        unique=saying.unique,
        causationid=saying.cause,
        timeline=state.timeline,
    )
