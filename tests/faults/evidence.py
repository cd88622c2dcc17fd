"""All that is left when everything is digested: the streams, the stores, the outbox. Read once, then judged."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from typing_extensions import override

from chassis.core.document import Document
from chassis.core.service import Service
from chassis.runtime import clock
from chassis.runtime.bus.admin import Admin, BusError
from chassis.runtime.bus.record import read_record
from chassis.runtime.bus.streams import records
from chassis.runtime.store.mongo import MongoStore, StoreError
from contracts import claims
from contracts.envelope import LIVE, AnyEvent
from contracts.topics import PAYLOADS, SERVICES, UnknownTypeError, dead_letter_topic, read_event
from services.notify.settings import mail_spool
from tests.faults.insisting import Acknowledged
from tests.faults.load import PARTITIONS
from tests.faults.shop import Shop
from tests.laws.findings import Findings, Origin
from tools.operations.environment import store_of
from tools.operations.registry import all_services, groups
from tools.operations.replay import Comparison, compare, read_facts

MESSAGES = (".eml", ".txt")
PAGE = 200
OVERDUE_WORK = timedelta(seconds=3)
DIGEST_SECONDS = 240


UNTOLD = datetime.min.replace(tzinfo=UTC)


@dataclass
class Evidence(Findings):
    """What the laws and checks look at; see Findings.

    Attributes:
        acknowledged: what the load was promised.
        stored: documents of each service, by key.
        comparisons: of each service's replay with its store.
        sent_bad: origins of the bad records that were sent on purpose; None: nobody counted them.
        outbox: message ids of the files in the outbox.
        clocks: the last tick of each timeline.
    """

    stamped_anew = frozenset({("/portal/http", "intake.submitted"), ("/lienthong/rating", "rating.submitted")})

    said: list[tuple[Any, AnyEvent]] = field(default_factory=list)
    services: dict[str, Service[Any]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    bad: set[Origin] = field(default_factory=set)
    dead: dict[str, list[Origin]] = field(default_factory=dict)
    acknowledged: Acknowledged = field(default_factory=Acknowledged)
    stored: dict[str, dict[str, Document]] = field(default_factory=dict)
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    sent_bad: set[Origin] | None = field(default_factory=set)
    outbox: list[str] = field(default_factory=list)
    clocks: dict[str, datetime] = field(default_factory=dict)

    @override
    def documents(self, name: str) -> Mapping[str, Document]:
        return self.stored[name]

    @override
    def present(self, timeline: str) -> datetime:
        """The last tick. The live clock goes on while the evidence is read: there nothing has to be done by now."""
        return UNTOLD if timeline == LIVE else self.clocks.get(timeline, UNTOLD)


def origin(record: Any) -> Origin:
    """Where a record stands."""
    return record.topic, record.partition, record.offset


async def digested(shop: Shop) -> None:
    """Return when no group has lag, nothing new is said, and no document waits for a moment that has passed."""
    async with asyncio.timeout(DIGEST_SECONDS):
        while True:
            try:
                async with Admin(shop.settings.bus) as admin:
                    await admin.settled(groups(shop.settings))
                    before = await admin.records()
                    if not await _late_work(shop) and await admin.records() == before:
                        return
            except (BusError, KafkaError, StoreError, OSError):
                pass
            await asyncio.sleep(0.5)


async def _late_work(shop: Shop) -> bool:
    for name in SERVICES:
        async with _store(shop, name) as store:
            ripe = await store.due(range(PARTITIONS), LIVE, clock.now() - OVERDUE_WORK, 1)
            if ripe or await store.count({"unsent": {"$ne": None}}):
                return True
    return False


async def gather(shop: Shop, acknowledged: Acknowledged, sent_bad: set[Origin] | None) -> Evidence:
    """Read everything."""
    found = Evidence(
        acknowledged=acknowledged, services=all_services(shop.settings), sent_bad=sent_bad, outbox=_outbox(shop)
    )
    async for record in records(shop.settings.bus, list(PAYLOADS)):
        _note(found, record)
    for name, service in found.services.items():
        topic = dead_letter_topic(name)
        found.dead[name] = [_came_from(record) async for record in records(shop.settings.bus, [topic])]
        async with _store(shop, name) as store:
            found.stored[name] = await _documents(store)
            facts = await read_facts(shop.settings.bus, service, None, lambda _: None)
            found.comparisons[name] = await compare(service, facts, store)
    return found


def _note(found: Evidence, record: "ConsumerRecord[bytes, bytes]") -> None:
    """Keep an event with its record; note what can not be read. What speaks of the future was said all the same."""
    try:
        event = read_event(record.topic, record.value or b"")
    except UnknownTypeError:
        return
    except ValueError:
        found.bad.add(origin(record))
        return
    try:
        event = read_record(record)
    except ValueError:
        found.said.append((record, event))
        found.bad.add(origin(record))
        return
    found.said.append((record, event))
    found.taken.add(event.identity)
    if isinstance(event.data, claims.ClockTicked):
        found.clocks[event.timeline] = max(event.time, found.clocks.get(event.timeline, event.time))


def _came_from(record: "ConsumerRecord[bytes, bytes]") -> Origin:
    headers = {name: value.decode() for name, value in record.headers}
    return headers["topic"], int(headers["partition"]), int(headers["offset"])


async def _documents(store: MongoStore) -> dict[str, Document]:
    keys = [key async for key, _ in store.states()]
    found: dict[str, Document] = {}
    for first in range(0, len(keys), PAGE):
        found |= await store.load(keys[first : first + PAGE], with_history=True)
    return found


def _outbox(shop: Shop) -> list[str]:
    """Messages; a letter's paper, which lies beside its message under the same name, is part of it."""
    return [path.stem for path in mail_spool(shop.settings.home).rglob("*") if path.suffix in MESSAGES]


@asynccontextmanager
async def _store(shop: Shop, name: str) -> AsyncIterator[MongoStore]:
    store = store_of(shop.settings, name)
    try:
        yield store
    finally:
        store.close()
