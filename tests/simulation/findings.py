"""Everything that a world said, read once, for those who judge it."""

from functools import cached_property

from chassis.core.document import Document
from chassis.runtime.bus.record import taken_in_at
from contracts.envelope import AnyEvent
from contracts.topics import BadEventError, UnknownTypeError, dead_letter_topic, read_event
from tests.simulation.bus import BusRecord
from tests.simulation.oracle import Oracle
from tests.simulation.shop import Shop
from tests.simulation.world import World


class Findings:
    """Everything on the bus, read once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._oracles: dict[str, Oracle] = {}
        self.reasons = {shop.service.name: _reasons(world, shop) for shop in world.shops}
        self.letters = {name: {origin for origin, _ in found} for name, found in self.reasons.items()}
        dead = set().union(*self.letters.values())
        self.said = [(record, event) for record in world.bus.records if (event := _event(record, dead))]

    def shop(self, name: str) -> Shop:
        """One service's."""
        return next(one for one in self.world.shops if one.service.name == name)

    def documents(self, name: str) -> dict[str, Document]:
        """What one service keeps."""
        return self.shop(name).store.documents

    def oracle(self, doc: Document) -> Oracle:
        """What all facts of a document say of its deadlines."""
        if doc.key not in self._oracles:
            self._oracles[doc.key] = Oracle(doc.events)
        return self._oracles[doc.key]

    @cached_property
    def first(self) -> dict[str, BusRecord]:
        """The first record of every event, by identity."""
        found: dict[str, BusRecord] = {}
        for record, event in self.said:
            found.setdefault(event.identity, record)
        return found

    @cached_property
    def events(self) -> dict[str, AnyEvent]:
        """Every event, by identity, as the bus first took it in."""
        first: dict[str, AnyEvent] = {}
        for _, event in self.said:
            first.setdefault(event.identity, event)
        return first

    def of(self, kind: type) -> list[AnyEvent]:
        """Every event of one kind."""
        return [event for event in self.events.values() if isinstance(event.data, kind)]


Origin = tuple[str, int, int]


def _reasons(world: World, shop: Shop) -> set[tuple[Origin, str]]:
    """Where the dead letters of a service came from, and why."""
    topic = dead_letter_topic(shop.service.name)
    found = ((record, dict(record.headers)) for record in world.bus.records if record.topic == topic)
    return {(_origin(world, record, headers), headers["reason"].decode()) for record, headers in found}


def _origin(world: World, letter: BusRecord, headers: dict[str, bytes]) -> Origin:
    """Of a fact that was on record before its dossier was born the place is not known any more, but the bytes are."""
    topic, offset = headers["topic"].decode(), int(headers["offset"])
    if offset >= 0:
        return topic, int(headers["partition"]), offset
    return next(one.origin for one in world.bus.records if one.topic == topic and one.value == letter.value)


def _event(record: BusRecord, dead: set[tuple[str, int, int]]) -> AnyEvent | None:
    if record.origin in dead or record.topic.endswith("dead-letter") or record.value is None:
        return None
    try:
        return read_event(record.topic, record.value).take_in(taken_in_at(record))
    except (BadEventError, UnknownTypeError):
        return None
