"""What is left of a simulated world at rest."""

from collections.abc import Mapping
from datetime import datetime

from typing_extensions import override

from chassis.core.document import Document
from chassis.runtime.bus.record import taken_in_at
from chassis.runtime.bus.signed import Signatures
from contracts.envelope import AnyEvent
from contracts.topics import BadEventError, UnknownTypeError, dead_letter_topic, read_event
from tests.laws.findings import Findings, Origin
from tests.simulation.bus import BusRecord
from tests.simulation.shop import Shop
from tests.simulation.world import World


class WorldFindings(Findings):
    """Everything on the bus, read once. What anybody put aside is no event."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services = {shop.service.name: shop.service for shop in world.shops}
        self.reasons = {shop.service.name: _reasons(world, shop) for shop in world.shops}
        self.dead = {name: {origin for origin, _ in found} for name, found in self.reasons.items()}
        dead = set().union(*self.dead.values())
        proving = world.keyring.signatures
        self.said = [(record, event) for record in world.bus.records if (event := _event(record, dead, proving))]
        self.taken = self.events.keys()
        lies = {record.origin for record in world.bus.records if world.people.lied(record)}
        self.bad = world.people.bad | lies
        self.stolen = world.people.thief.ids

    @override
    def documents(self, name: str) -> Mapping[str, Document]:
        return self.shop(name).store.documents

    @override
    def present(self, timeline: str) -> datetime:
        return self.world.present(timeline)

    def shop(self, name: str) -> Shop:
        """The shop of one service."""
        return next(shop for shop in self.world.shops if shop.service.name == name)


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


def _event(record: BusRecord, dead: set[Origin], proving: Signatures) -> AnyEvent | None:
    if record.origin in dead or record.topic.endswith("dead-letter") or record.value is None:
        return None
    try:
        event = read_event(record.topic, record.value).take_in(taken_in_at(record))
        proving.prove(event, record.topic, record.headers, record.value, taken_in_at(record))
    except (BadEventError, UnknownTypeError):
        return None
    return event
