import itertools
import json
import os
from collections.abc import AsyncIterator, Iterator

import pytest

from chassis.runtime.bus.admin import Admin
from chassis.runtime.settings import Settings
from deploy.embedded import Endpoints
from deploy.embedded.joining import bus_of, settings_of
from tests.examples import load_profile
from tests.stack import endpoints
from tools.operations.prepared_bus import prepare_bus

numbers = itertools.count(1)
load_profile()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, the tests that need servers and the simulated worlds.

    Workers take whole files, so the last long file would keep one of them busy alone.
    """
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker("stack")
    items.sort(key=lambda item: item.get_closest_marker("stack") is None and "simulation" not in item.path.parts)


@pytest.fixture(autouse=True)
def environment_stays() -> Iterator[None]:
    """Commands tell the processes that they start what to do by the environment; the next test is told nothing."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    """Where the bus and the stores answer; started when the first test asks."""
    with endpoints(tmp_path_factory.mktemp("stack")) as found:
        yield found


@pytest.fixture(scope="session")
async def topics(stack: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every topic exists, and everybody has his rights."""
    await prepare_bus(settings_of(stack, tmp_path_factory.mktemp("prepared")))


@pytest.fixture
def settings(stack: Endpoints, topics: None, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Surroundings of this test's own: no other test has its databases and groups. The topics are everybody's."""
    own = f"t{os.getpid()}-{next(numbers)}"
    home = tmp_path_factory.mktemp(own)
    return settings_of(stack, home, database_prefix=f"{own}-", group_prefix=f"{own}.")


@pytest.fixture
def command_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that are run in this process work on this test's servers, databases and groups."""
    told = {
        "LIENTHONG_KAFKA": settings.kafka,
        "LIENTHONG_STORES": json.dumps(settings.stores),
        "LIENTHONG_DATABASE_PREFIX": settings.database_prefix,
        "LIENTHONG_GROUP_PREFIX": settings.group_prefix,
    }
    if settings.kafka_access:
        told["LIENTHONG_KAFKA_ACCESS"] = str(settings.kafka_access)
    for name, value in told.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
async def admin(stack: Endpoints, topics: None) -> AsyncIterator[Admin]:
    """A connection for asking about the bus."""
    async with Admin(bus_of(stack)) as connected:
        yield connected
