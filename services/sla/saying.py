"""One thing that has to be said, and courses of such things, one after the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import AnyEvent, Payload, new_event
from services.sla.state import State

SOURCE = "/lienthong/sla"


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that has to be said, true since its own instant.

    Attributes:
        data: makes the payload, when it has to be said.
        unique: what its id is derived from.
        at: since when it is true.
        cause: id of the event that made it necessary.
        known: whether it is on record.
    """

    data: Callable[[], Payload]
    unique: tuple[object, ...]
    at: datetime
    cause: str
    known: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """A moment that was missed.

    Attributes:
        due: the moment.
        agency: who held it then.
        officer: who of it.
        id: of the event that says so.
    """

    due: datetime
    agency: str
    officer: str | None
    id: str


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
