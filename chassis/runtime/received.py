"""An event that came from the bus, together with its record."""

from dataclasses import dataclass, field
from datetime import datetime

from typing_extensions import override

from chassis.core.arrival import Arrival
from chassis.runtime.bus.record import Record, taken_in_at, value_of


@dataclass(frozen=True)
class Received(Arrival):
    """An event that came from the bus.

    Attributes:
        record: its record. A dead letter quotes it, and metrics and traces say where it stood.
    """

    record: Record = field(kw_only=True)

    @property
    @override
    def own(self) -> bool:
        return False

    @property
    @override
    def raw(self) -> str:
        """The event as structured JSON. A record in structured mode is kept byte for byte."""
        return value_of(self.record).decode()

    @property
    @override
    def broker_timestamp(self) -> datetime:
        return taken_in_at(self.record)
