from collections.abc import Iterator

import pytest
import structlog

from tests.component.chassis.toy import Toy


@pytest.fixture(autouse=True)
def logs() -> Iterator[list]:
    with structlog.testing.capture_logs() as written:
        yield written


@pytest.fixture
def toy() -> Toy:
    return Toy()
