"""Fold the streams again from the beginning and compare with what the live store says."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.core.service import NOWHERE, Service
from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.key_reader import signatures_now
from chassis.runtime.bus.record import Record, read_record
from chassis.runtime.bus.signed import NOT_CHECKED, Signatures
from chassis.runtime.bus.streams import pages
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.envelope import AnyEvent
from contracts.topics import BadEventError, UnknownTypeError
from tools.operations.environment import store_of
from tools.operations.registry import all_services

SHOWN = 5
"""How many differences are shown in full."""


@dataclass(frozen=True)
class Folded:
    """How many events a service's streams hold, and to how many documents they fold."""

    events: int
    documents: int


@dataclass
class Comparison:
    """The result of holding a replay against the live store.

    Attributes:
        events: facts folded.
        equal: documents whose state is the same, byte for byte.
        different: keys whose states differ, with both.
        missing_live: keys that the streams know and the store does not.
        missing_streams: keys that the store knows and the streams do not.
    """

    events: int = 0
    equal: int = 0
    different: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    missing_live: list[str] = field(default_factory=list)
    missing_streams: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Nothing differs."""
        return not (self.different or self.missing_live or self.missing_streams)


async def replay(
    settings: Settings,
    name: str,
    until: datetime | None,
    *,
    with_store: bool,
    on_total: Callable[[int], None],
    on_records: Callable[[int], None],
) -> Folded | Comparison:
    """Fold a service's streams again from the beginning, without touching its store.

    Args:
        settings: say where bus and store answer.
        name: the service.
        until: leave out what became true after this moment of the events' own time.
        with_store: whether every document is held against the live store.
        on_total: told once how many records there are to read.
        on_records: told again and again how many more records were read.
    """
    service = all_services(settings)[name]
    async with Admin(settings.bus) as admin:
        on_total(sum((await admin.ends(service.recorded_topics)).values()))
    facts = await read_facts(settings.bus, service, until, on_records, await signatures_now(settings))
    if not with_store:
        folded = [service.fold(events) for events in facts.values()]
        return Folded(sum(map(len, facts.values())), len(folded))
    store = store_of(settings, name)
    try:
        return await compare(service, facts, store)
    finally:
        store.close()


async def read_facts(
    bus: Bus,
    service: Service[Any],
    until: datetime | None,
    on_records: Callable[[int], None],
    signatures: Signatures = NOT_CHECKED,
) -> dict[str, list[AnyEvent]]:
    """Everything a service's state follows from, by document, up to a moment of the events' own time."""
    facts: dict[str, list[AnyEvent]] = defaultdict(list)
    with _uncollected():
        async for page in pages(bus, list(service.recorded_topics)):
            for record in page:
                event = _read(service, record, signatures)
                if event and (until is None or event.time <= until):
                    facts[service.key(event)].append(event)
            on_records(len(page))
    facts.pop(NOWHERE, None)
    return facts


def _read(service: Service[Any], record: Record, signatures: Signatures) -> AnyEvent | None:
    """As the live service does: what it said itself it keeps, even with a clock that ran ahead of the bus's."""
    try:
        return read_record(record, own=record.topic not in service.topics, signatures=signatures)
    except (BadEventError, UnknownTypeError):
        return None  # the live service put it aside as well


@contextmanager
def _uncollected() -> Iterator[None]:
    """Facts are many and know no circles: looking through them for garbage would take half of all time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def compare(service: Service[Any], facts: dict[str, list[AnyEvent]], live: MongoStore) -> Comparison:
    """Fold every document and hold it against the live store's."""
    found = Comparison(events=sum(map(len, facts.values())))
    rest = dict(facts)
    with _uncollected():
        async for key, state in live.states():
            events = rest.pop(key, None)
            if events is None:
                found.missing_streams.append(key)
            elif (folded := service.dump(service.fold(events))) == state:
                found.equal += 1
            else:
                found.different[key] = (folded, state) if len(found.different) < SHOWN else (None, None)
    found.missing_live = sorted(rest)
    return found
