import itertools
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bson
import httpx
import pytest
from pydantic import SecretStr

from chassis.runtime.app import Context
from chassis.runtime.bus.record import Message
from chassis.runtime.http.access import Access
from chassis.runtime.http.application import Probes, make_api, make_operator_api
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings
from services.intake.app import build
from tests.stored import ReadableStore

SHARED = "not-a-secret"


@dataclass
class BusRecord:
    topic: str
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    partition: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


class Collection:
    """A collection, as far as intake's personal-data store and keys use one."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []

    async def find_one(self, query: Mapping[str, Any], _fields: object = None) -> dict[str, Any] | None:
        return next((deepcopy(document) for document in self.kept if query.items() <= document.items()), None)

    async def delete_one(self, query: Mapping[str, Any]) -> None:
        self.kept = [document for document in self.kept if not query.items() <= document.items()]

    async def update_one(self, query: Mapping[str, Any], update: Mapping[str, Any], *, upsert: bool = False) -> None:
        if not upsert:
            for document in self.kept:
                if query.items() <= document.items():
                    document.update(update["$set"])
            return
        assert set(update) == {"$setOnInsert"}
        if await self.find_one(query) is None:
            fresh = {**query, **update["$setOnInsert"]}
            bson.encode(fresh)  # as a database does, which keeps no half of a character
            self.kept.append(fresh)

    async def insert_one(self, document: Mapping[str, Any]) -> None:
        bson.encode(document)
        self.kept.append(dict(document))

    def find(self, query: Mapping[str, Any]) -> "Collection":
        [(field, bound)] = query.items()
        found = Collection()
        found.kept = [document for document in self.kept if document[field] >= bound["$gte"]]
        return found

    def sort(self, field: str, _: int) -> "Collection":
        self.kept.sort(key=lambda document: document[field])
        return self

    def limit(self, most: int) -> "Collection":
        del self.kept[most:]
        return self

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        for document in self.kept:
            yield document


class FakeStore(ReadableStore):
    """The store in memory, with what intake's submission service asks of the real one."""

    def __init__(self) -> None:
        super().__init__()
        self.database = SimpleNamespace(
            applicants=Collection(), request_keys=Collection(), contact_looks=Collection(), erasures=Collection()
        )


class Unit:
    """A one-stop unit in one process: its loop takes in what is published before the publish returns."""

    def __init__(self, token: str = SHARED, access: Access | None = None, kek_file: Path | None = None) -> None:
        self.store = FakeStore()
        access = Access(service_token=SecretStr(token)) if access is None else access
        app = build(Context(Settings(calendar=None, kek_file=kek_file), self.store, self.publish, access))
        self.loop = Loop(app.service, self.store, self.publish)
        probes = Probes(self.live, self.check, self.metrics)
        self.api = make_api("intake", app.router, probes, access)
        self.operator_api = make_operator_api(self.api, "intake", app.internal, probes)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.api), base_url="http://intake")
        self.operator = httpx.AsyncClient(transport=httpx.ASGITransport(self.operator_api), base_url="http://intake")
        self.offsets = itertools.count()
        self.forget()

    def forget(self) -> None:
        """Begin anew; reading the catalogue again would take longer than any test."""
        self.published: list[Message] = []
        self.checks = {"store": True, "bus": True, "loop": True}
        self.moving = {"consumer": True, "progress": True}
        self.store.documents.clear()
        self.store.series.clear()
        self.store.database.applicants.kept.clear()
        self.store.database.request_keys.kept.clear()
        self.store.database.contact_looks.kept.clear()

    async def check(self) -> dict[str, bool]:
        return self.checks

    async def live(self) -> dict[str, bool]:
        return self.moving

    async def metrics(self) -> bytes:
        return b"lienthong_ready 1\n"

    async def publish(self, messages: Sequence[Message]) -> None:
        self.published += messages
        now = round(datetime.now(UTC).timestamp() * 1000)  # noqa: TID251 - as the bus stamps it
        heard = [
            BusRecord(message.topic, next(self.offsets), message.key, message.value, now)
            for message in messages
            if message.topic in self.loop.service.topics
        ]
        if heard:
            await self.loop.process(heard)

    def events(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(message.value or b"") for message in self.published if message.topic == topic]


@pytest.fixture(scope="session")
async def intake() -> AsyncIterator[Unit]:
    unit = Unit()
    yield unit
    await unit.http.aclose()


@pytest.fixture
def unit(intake: Unit) -> Unit:
    intake.forget()
    return intake


@pytest.fixture(scope="session")
async def closed_unit() -> AsyncIterator[Unit]:
    """One whose operator has set no service token."""
    unit = Unit(token="")
    yield unit
    await unit.http.aclose()
