from collections.abc import AsyncIterator, Callable

import pytest

from chassis.runtime.settings import Settings
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.store.mongo import MongoStore
from chassis.runtime.store.protocol import Store


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.stack)])
def settings_if_mongo(request: pytest.FixtureRequest) -> Settings | None:
    return request.getfixturevalue("settings") if request.param == "mongo" else None


@pytest.fixture
async def store(settings_if_mongo: Settings | None) -> AsyncIterator[Store]:
    if settings_if_mongo is None:
        yield MemoryStore()
        return
    opened = MongoStore(settings_if_mongo.mongo_for("sla"), settings_if_mongo.database_prefix + "parity")
    await opened.prepare(("phase",))
    yield opened
    opened.close()


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Callable[[str], MongoStore]]:
    """Opens stores at one server: processes of one service, and of others."""
    opened: list[MongoStore] = []

    def open_one(name: str) -> MongoStore:
        opened.append(MongoStore(settings.mongo_for("sla"), settings.database_prefix + name))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
