from collections.abc import AsyncIterator

import pytest

from tests.component.access.province import HOLDING, Holders, Province
from tests.component.access.world import World
from tests.component.intake.conftest import Unit
from tests.component.rating.conftest import Harness, completed_event, received_event


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    yield world
    await world.client.aclose()


@pytest.fixture(scope="session")
async def whole() -> AsyncIterator[Province]:
    """Reading the catalogue again for each test would take longer than all of them."""
    world = World()
    rating = Harness(access=world.access())
    await rating.hear(received_event())
    await rating.hear(completed_event())
    with pytest.MonkeyPatch.context() as patch:
        holders = Holders()
        patch.setattr("services.intake.app.RoutingHolders", lambda *_: holders)
        patch.setattr("services.intake.adapters.submissions.OUTCOME_SECONDS", 0.05)
        province = Province(world, Unit(access=world.access()), rating, holders)
        yield province
    for client in (world.client, province.intake.http, province.intake.operator, rating.client, rating.operator):
        await client.aclose()


@pytest.fixture
async def province(whole: Province) -> Province:
    whole.intake.forget()
    whole.holders.agencies, whole.holders.answers = HOLDING, True
    await whole.begin()
    return whole
