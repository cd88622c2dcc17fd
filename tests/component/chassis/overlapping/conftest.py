from collections.abc import AsyncIterator

import pytest
from tenacity import wait_none

from chassis.runtime.bus import works
from tests.component.chassis.overlapping.by_hand import PLACE, Held, Instance


@pytest.fixture
def toy() -> Held:
    return Held()


@pytest.fixture
async def instance(toy: Held, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Instance]:
    monkeypatch.setattr(works, "wait_exponential_jitter", lambda **_: wait_none())
    instance = Instance(toy)
    await instance.on_partitions_assigned([PLACE])
    yield instance
    toy.release()
    await instance.stop()
