"""All services in memory, joined by lists instead of Kafka: the same loops, the same decisions, no network."""

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chassis.core.decision import Effect
from chassis.core.service import NOWHERE, Service
from chassis.runtime.bus.record import Message, read_record
from chassis.runtime.loop import Loop
from chassis.runtime.rounds import Tally
from chassis.runtime.settings import Settings
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.timekeeper import Timekeeper
from contracts.envelope import AnyEvent
from contracts.topics import SERVICES, dead_letter_topic, read_event
from services.notify.decide import Order
from tests.delivered import delivered
from tests.reading import AllRead
from tools.operations.registry import all_services
from tools.simulator.participants import HEARD
from tools.ticking import ticks

PARTITIONS = 6
WHENEVER = 4_102_444_800_000
"""When the bus took a record in: late enough for any simulated time."""

DEAD_LETTERS = frozenset(map(dead_letter_topic, SERVICES))
EARS = frozenset(payload.TYPE for payload in HEARD)


@dataclass(frozen=True)
class Kept:
    """A record, as the bus would keep it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Member:
    """A service that runs, and what it has still to read."""

    loop: Loop
    store: MemoryStore
    timekeeper: Timekeeper
    inbox: list[Kept] = field(default_factory=list)


class Harness:
    """All five services, which run until nothing is left to read; also a `tools.simulator.Bus`."""

    def __init__(self, services: Sequence[Service[Any]] | None = None) -> None:
        self.topics: dict[str, list[Kept]] = {}
        self.tally: Counter[str] = Counter()
        self.members: dict[str, Member] = {}
        self._unheard: list[Kept] = []
        for service in services or every_service():
            store = MemoryStore()
            loop = Loop(service, store, self.publish)
            reading = AllRead(PARTITIONS, lambda name=service.name: self.members[name].inbox)
            self.members[service.name] = Member(loop, store, Timekeeper(loop, self.publish, reading))

    async def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._keep(message)

    def _keep(self, message: Message) -> None:
        log = self.topics.setdefault(message.topic, [])
        partition = message.partition if message.partition is not None else zlib.crc32(message.key or b"") % PARTITIONS
        kept = Kept(message.topic, partition, len(log), WHENEVER, message.key, message.value, message.headers)
        log.append(kept)
        if message.topic in EARS:
            self._unheard.append(kept)
        for member in self.members.values():
            if message.topic in member.loop.service.topics:
                member.inbox.append(kept)

    async def tick(self, timeline: str, time: datetime) -> None:
        await self.publish(ticks(timeline, time, PARTITIONS))
        await self.settled()

    async def settled(self) -> None:
        while any([await self._go_on(one) for one in self.members.values()]):
            pass

    async def _go_on(self, member: Member) -> bool:
        batch, member.inbox = member.inbox, []
        if batch:
            self._count(member.loop.service.name, await member.loop.process(batch))
        return await member.timekeeper.go_on() or bool(batch)

    def _count(self, name: str, tally: Tally) -> None:
        self.tally.update({f"{name} {what}": count for what, count in vars(tally).items()})

    async def heard(self) -> list[AnyEvent]:
        records, self._unheard = self._unheard, []
        return list(map(event_of, records))

    def events(self, topic: str) -> list[AnyEvent]:
        """Every event of a topic, in the order of publication, repeats included."""
        return [event_of(record) for record in self.topics.get(topic, [])]

    @property
    def dead_letters(self) -> list[Kept]:
        """What a service could not take."""
        return [record for topic in sorted(DEAD_LETTERS) for record in self.topics.get(topic, [])]

    def states(self, name: str) -> dict[str, Any]:
        """Every document's state of one service, by key."""
        return {key: doc.state for key, doc in self.members[name].store.documents.items()}

    def replayed(self, name: str) -> dict[str, Any]:
        """The states of one service, folded from the topics alone."""
        service, facts = self.members[name].loop.service, dict[str, list[AnyEvent]]()
        for topic in service.recorded_topics:
            for record in self.topics.get(topic, []):
                event = read_record(record) if topic in service.topics else event_of(record)
                facts.setdefault(service.key(event), []).append(event)
        facts.pop(NOWHERE, None)
        return {key: service.dump(service.fold(found)) for key, found in facts.items()}


def event_of(record: Kept) -> AnyEvent:
    return read_event(record.topic, record.value or b"")


def every_service() -> list[Service[Any]]:
    """All five; every message of notify is delivered at once."""
    found = all_services(Settings())
    return [*(one for one in found.values() if one.name != "notify"), replace(found["notify"], perform=all_delivered)]


async def all_delivered(effects: Sequence[Effect]) -> list[AnyEvent]:
    return [delivered(effect.order) for effect in effects if isinstance(effect.order, Order)]
