"""A broker of this folder's own, whose rights and topics no other test needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.runtime.settings import Settings
from deploy.embedded import Endpoints, Stack
from deploy.embedded.joining import settings_of
from tools.operations.prepared_bus import prepare_bus


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    """Kafka alone, which asks everybody who he is."""
    stack = Stack.ephemeral(tmp_path_factory.mktemp("access"))
    try:
        stack.start("kafka")
        yield stack.endpoints
    finally:
        stack.down()


@pytest.fixture(scope="session")
async def administrator(broker: Endpoints, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the administrator; all topics are there, and everybody has his rights."""
    settings = settings_of(broker, tmp_path_factory.mktemp("administrator"))
    await prepare_bus(settings)
    return settings


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """A folder for the credentials of agencies."""
    return tmp_path / "credentials"
