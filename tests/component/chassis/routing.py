"""Routing on a store and a bus in memory, and records of all kinds for it."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from contracts.intake import DossierReceived
from contracts.rule_days import ANY_RECORD
from contracts.topics import read_event
from domain.worktime import load_calendar
from services.routing.rules import Rules
from services.routing.service import service
from tests.given import received, step
from tests.simulation.services import altered
from tests.unit.chassis.records import STAMP, report, sent

ROUTING = service(Rules(load_calendar(None)))
BEFORE = ANY_RECORD - timedelta(days=1)
RECEIVED_AT = STAMP - timedelta(hours=1)


@dataclass
class Shop:
    """Routing, on a store and a bus in memory."""

    service: Any = ROUTING
    store: MemoryStore = field(default_factory=MemoryStore)
    published: list[Any] = field(default_factory=list)

    def __post_init__(self):
        self.loop = Loop(self.service, self.store, self.publish)

    async def publish(self, messages):
        self.published += messages

    async def process(self, *records):
        return await self.loop.process(records)

    @property
    def letters(self):
        return [dict(one.headers)["reason"].decode() for one in self.published if one.topic.endswith("dead-letter")]

    def said(self, topic):
        return [read_event(one.topic, one.value) for one in self.published if one.topic == topic]

    @property
    def states(self):
        return {key: doc.state for key, doc in self.store.documents.items()}


def receipt(timeline="live", **more):
    birth = received(RECEIVED_AT, step("forward", "H29.16"), timeline=timeline)
    return sent(json.loads(birth.to_json()), topic=DossierReceived.TYPE, **more)


def bad(**changes):
    return report(**{"data": {**report()["data"], "claim": {"kind": "took-custody"}}, **changes})


def fails(*_):
    raise ZeroDivisionError("a fault of ours")


def routing_with(**parts):
    """Routing with some parts replaced."""
    return altered(ROUTING, **parts)
