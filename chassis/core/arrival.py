"""Events on their way into a document."""

from dataclasses import dataclass
from datetime import datetime

from contracts.envelope import AnyEvent


@dataclass(frozen=True)
class Arrival:
    """An event on its way into a document; by itself one of the service's own, that came of an effect.

    `chassis.runtime.received.Received` is an event that came from the bus.

    Attributes:
        event: the event.
        cause: version of the save that ordered the effect; None: the save that brings the event in.
    """

    event: AnyEvent
    cause: int | None = None

    @property
    def own(self) -> bool:
        """True if the service caused it, so that it has to be published. Events from the bus are published already."""
        return True

    @property
    def raw(self) -> str:
        """The event as it is kept: structured JSON."""
        return self.event.to_json()

    @property
    def broker_timestamp(self) -> datetime:
        """The moment at which the bus took it in, UTC; of an event that never was on the bus, its own time."""
        return self.event.time
