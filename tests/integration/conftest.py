import pytest

from chassis.runtime.bus.publisher import Publisher


@pytest.fixture
async def publish(settings):
    publisher = Publisher(settings.bus)
    yield publisher
    await publisher.stop()


@pytest.fixture
def group(settings):
    return settings.group_prefix + "reader"
