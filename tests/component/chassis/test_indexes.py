"""A service's own indexes stand beside those that every store has: no two may have one name, or it can not start."""

from collections.abc import Sequence
from typing import Any

import pytest
from pymongo import IndexModel

from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.topics import SERVICES
from tools.operations.registry import all_services


class Collection:
    def __init__(self) -> None:
        self.names: list[str] = []

    async def create_indexes(self, indexes: Sequence[IndexModel]) -> None:
        self.names += [index.document["name"] for index in indexes]


class Database:
    async def create_collection(self, _name: str) -> None:
        """Made."""


@pytest.mark.parametrize("name", SERVICES)
async def test_every_index_of_a_service_has_a_name_of_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, documents = MongoStore("mongodb://127.0.0.1:1", name), Collection()

    async def prepared() -> None:
        """The sessions are another collection's."""

    parts: dict[str, Any] = {"documents": documents, "database": Database(), "_lines": Collection()}
    for part, fake in parts.items():
        monkeypatch.setattr(store, part, fake)
    monkeypatch.setattr(store._writer, "prepare", prepared)
    await store.prepare(all_services(Settings())[name].indexes)
    assert len(documents.names) >= 2
    assert len(documents.names) == len(set(documents.names))
