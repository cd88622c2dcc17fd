"""The real bus as administration and publisher see it: topics, and records that it takes or refuses."""

import pytest
from aiokafka.admin import NewTopic
from aiokafka.errors import MessageSizeTooLargeError

from chassis.runtime.bus.admin import Admin, BusError, all_topics
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.record import Message
from contracts.topics import DEFAULT_PARTITIONS
from tests.integration.bus_reader import TOPIC, messages, numbers


async def test_topics_are_applied_once(settings, admin):
    assert await admin.apply() == []
    assert await admin.topics() == dict.fromkeys(all_topics(), DEFAULT_PARTITIONS)


async def test_a_publisher_refuses_five_megabytes_and_goes_on(publish, admin):
    before = (await admin.records())[TOPIC]
    with pytest.raises(MessageSizeTooLargeError):
        await publish([Message(TOPIC, b"key", b" " * 5_000_000)])
    await publish(messages(1))
    assert (await admin.records())[TOPIC] == before + 1


@pytest.fixture
async def narrow(settings):
    """A topic whose broker refuses what is larger than a kilobyte."""
    topic = f"{settings.group_prefix}narrow"
    client = settings.bus.admin()
    await client.start()
    await client.create_topics([NewTopic(topic, 1, 1, topic_configs={"max.message.bytes": "1000"})])
    yield topic
    await client.delete_topics([topic])
    await client.close()


async def test_a_publisher_begins_anew_after_a_record_that_the_broker_refused(publish, narrow):
    with pytest.raises(MessageSizeTooLargeError):
        await publish([Message(narrow, None, b" " * 5_000, partition=0)])
    for _ in range(3):
        await publish([Message(narrow, None, f"{next(numbers)}".encode(), partition=0)])


async def test_a_bus_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BusError, match=r"127\.0\.0\.1:1 .*stack up"):
        async with Admin(Bus("127.0.0.1:1")):
            pass
