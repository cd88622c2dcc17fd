"""How routing says something: an event about this dossier, from its source, on its timeline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.envelope import AnyEvent, Payload, new_event
from services.routing.dossier import State

SOURCE = "/lienthong/routing"


@dataclass(frozen=True)
class Cause:
    """What makes a dossier move.

    Attributes:
        event: id of the event that says so.
        at: since when it counts.
        claimed_at: the earlier moment that it claims, where that does not count.
    """

    event: str
    at: datetime
    claimed_at: datetime | None = None

    @property
    def lateness(self) -> dict[str, Any]:
        """How an answer says that it counts from later than the report claims."""
        return {} if self.claimed_at is None else {"backdated": True, "claimed_at": self.claimed_at}


def say(state: State, data: Payload, *unique: object, time: datetime, cause: str) -> AnyEvent:
    """The event; `unique` tells it from others of its kind about this dossier."""
    return new_event(
        data,
        source=SOURCE,
        subject=state.dossier,
        time=time,
        correlationid=state.correlation,
        unique=unique,
        causationid=cause,
        timeline=state.timeline,
    )
