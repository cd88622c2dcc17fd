"""What is left of a run at rest, read once: what was said, what is stored, what was put aside. The laws judge it.

The simulation and the fault suite each fill it in from their own bus and stores.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar, Protocol

from chassis.core.document import Document
from chassis.core.service import Service
from contracts import sla
from contracts.envelope import AnyEvent
from tests.laws.oracle import Oracle

Origin = tuple[str, int, int]
"""Topic, partition and offset of a record."""


class Record(Protocol):
    """One record of a bus."""

    @property
    def partition(self) -> int:
        """Of its topic."""

    @property
    def value(self) -> bytes | None:
        """The event."""


class Findings(ABC):
    """What the laws go by.

    Attributes:
        said: every record that is an event, with the event, in the order of each partition.
        services: the services that are judged, by name.
        taken: identities of the events that whoever reads them takes for facts.
        bad: records that whoever reads them has to put aside.
        dead: records that each service put aside, by its name.
        stolen: ids of the events that a thief made up, in other agencies' names.
        stamped_anew: source and type of claims that an HTTP API makes: a request that is sent again gets the same id
            and content, but the time of its arrival.
    """

    said: Sequence[tuple[Record, AnyEvent]]
    services: Mapping[str, Service[Any]]
    taken: Container[str]
    bad: Collection[Origin]
    dead: Mapping[str, Collection[Origin]]
    stolen: Collection[str] = ()
    stamped_anew: ClassVar[Collection[tuple[str, str]]] = ()

    @abstractmethod
    def documents(self, name: str) -> Mapping[str, Document]:
        """What one service keeps, whole, by key."""

    @abstractmethod
    def present(self, timeline: str) -> datetime:
        """The moment up to which everything that is due on a timeline has to be done."""

    @cached_property
    def _earliest(self) -> dict[str, tuple[Record, AnyEvent]]:
        """Of every event the record that the bus took in first. One that nobody can take has no stamp: it is last."""
        found: dict[str, tuple[Record, AnyEvent]] = {}
        for record, event in self.said:
            known = found.get(event.identity)
            if known is None or _stamp(event) < _stamp(known[1]):
                found[event.identity] = record, event
        return found

    @cached_property
    def first(self) -> dict[str, Record]:
        """The first record of every event, by the event's identity."""
        return {identity: record for identity, (record, _) in self._earliest.items()}

    @cached_property
    def events(self) -> dict[str, AnyEvent]:
        """Every event once, by identity, as the bus first took it in."""
        return {identity: event for identity, (_, event) in self._earliest.items()}

    def of(self, kind: type) -> list[AnyEvent]:
        """Every event of one kind, once."""
        return [event for event in self.events.values() if isinstance(event.data, kind)]

    @cached_property
    def taken_back(self) -> dict[str, AnyEvent]:
        """The retraction of every overdue that was taken back, by the overdue's id."""
        return {event.data.overdue_id: event for event in self.of(sla.DossierOverdueRetracted)}

    @property
    def standing(self) -> list[AnyEvent]:
        """Every overdue that was not taken back."""
        return [event for event in self.of(sla.DossierOverdue) if event.id not in self.taken_back]

    @cached_property
    def _oracles(self) -> dict[str, Oracle]:
        return {}

    def oracle(self, doc: Document) -> Oracle:
        """What all facts of a document say of its deadlines."""
        if doc.key not in self._oracles:
            self._oracles[doc.key] = Oracle(doc.events)
        return self._oracles[doc.key]

    def all_documents(self) -> Iterator[tuple[Service[Any], str, Document]]:
        """Every document with its service and key."""
        for name, service in self.services.items():
            for key, document in self.documents(name).items():
                yield service, key, document


def _stamp(event: AnyEvent) -> datetime:
    return event.taken_in or datetime.max.replace(tzinfo=UTC)
