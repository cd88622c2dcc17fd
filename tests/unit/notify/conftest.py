import pytest

from contracts.envelope import AnyEvent
from tests.unit.notify.telling import Make, make_event, make_received


@pytest.fixture(scope="session")
def event() -> Make:
    return make_event


@pytest.fixture(scope="session")
def received() -> AnyEvent:
    return make_received()
