"""The real bus: nothing acknowledged is lost, nothing committed comes again, whatever the handler does."""

import asyncio
import itertools
from contextlib import asynccontextmanager

import pytest
from aiokafka.admin import NewTopic
from aiokafka.errors import MessageSizeTooLargeError

from chassis.runtime.bus.admin import Admin, BusError, all_topics
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.bus.subscription import Subscription
from contracts.topics import DEFAULT_PARTITIONS

TOPIC = "feedback.answered"
"""Nobody else reads or writes it in these tests."""

numbers = itertools.count()


def messages(count):
    return [Message(TOPIC, f"key-{n}".encode(), f"{next(numbers)}".encode()) for n in range(count)]


@pytest.fixture
async def publish(settings):
    publisher = Publisher(settings.bus)
    yield publisher
    await publisher.stop()


@pytest.fixture
def group(settings):
    return settings.group_prefix + "reader"


class Reader:
    """A handler that keeps what it was given; fails as often as it is told."""

    def __init__(self, wanted, failures=0):
        self.wanted = {one.value for one in wanted}
        self.seen = []
        self.failures = failures
        self.done = asyncio.Event()

    async def __call__(self, records, _turn):
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the store is down")
        self.seen += [record.value for record in records if record.value in self.wanted]
        if self.wanted <= set(self.seen):
            self.done.set()


@asynccontextmanager
async def reading(settings, group, handler):
    subscription = Subscription(settings, settings.bus, group, [TOPIC], handler)
    await subscription.start()
    try:
        yield subscription
    finally:
        await subscription.stop()


async def test_every_message_arrives_once_and_is_committed(settings, admin, publish, group):
    sent = messages(200)
    await publish(sent)
    reader = Reader(sent)
    async with reading(settings, group, reader):
        await reader.done.wait()
        await admin.settled({group: [TOPIC]})
    assert sorted(reader.seen) == sorted(reader.wanted)
    assert await admin.lag({group: [TOPIC]}) == {group: 0}


async def test_who_catches_up_reads_side_by_side_and_large_records_too(settings, publish, group):
    settings = settings.model_copy(update={"batch_records": 300})
    sent = []
    for _ in range(8):
        page = [Message(TOPIC, None, f"{next(numbers)}".ljust(1_000).encode(), partition=n) for n in (0, 1) * 50]
        await publish(page)
        sent += page
    large = Message(TOPIC, None, b"x" * 900_000, partition=0)
    await publish([large])
    reader = Reader([*sent, large])
    batches = []

    async def take(records, turn):
        batches.append({record.partition for record in records})
        await reader(records, turn)

    async with reading(settings, group, take):
        await reader.done.wait()
    assert {0, 1} <= batches[0]
    assert sorted(reader.seen) == sorted(reader.wanted)


async def test_a_handler_that_fails_gets_the_same_batch_until_it_succeeds(settings, publish, group):
    sent = messages(50)
    await publish(sent)
    reader = Reader(sent, failures=2)
    async with reading(settings, group, reader) as subscription:
        await reader.done.wait()
        assert not subscription.failing
    assert sorted(reader.seen) == sorted(reader.wanted)


async def test_what_was_not_committed_goes_to_the_next_reader(settings, publish, group):
    sent = messages(20)
    await publish(sent)
    refused = asyncio.Event()

    async def refuse(_records, _turn):
        refused.set()
        raise ConnectionError("always down")

    async with reading(settings, group, refuse):
        await refused.wait()
    reader = Reader(sent)
    async with reading(settings, group, reader):
        await reader.done.wait()
    assert set(reader.seen) == reader.wanted


async def test_what_was_committed_does_not_come_again(settings, admin, publish, group):
    first, second = messages(20), messages(20)
    await publish(first)
    reader = Reader(first)
    async with reading(settings, group, reader):
        await reader.done.wait()
    await publish(second)
    again = Reader([*first, *second])
    async with reading(settings, group, again):
        await admin.settled({group: [TOPIC]})
    assert set(again.seen) == {one.value for one in second}


async def test_the_next_batch_is_asked_for_while_the_last_one_is_at_work_and_committed_after_it(
    settings, admin, publish, group
):
    sent = messages(20)
    await publish(sent)
    reader, calls = Reader(sent), itertools.count()
    go_on, second_is_done = asyncio.Event(), asyncio.Event()

    async def first_is_slow(records, turn):
        if next(calls) == 0:
            await go_on.wait()
        await reader(records, turn)
        second_is_done.set()

    settings = settings.model_copy(update={"batch_records": 10})
    before = (await admin.lag({group: [TOPIC]}))[group]
    async with reading(settings, group, first_is_slow):
        await second_is_done.wait()
        assert (await admin.lag({group: [TOPIC]}))[group] == before
        go_on.set()
        await reader.done.wait()
        await admin.settled({group: [TOPIC]})
    assert set(reader.seen) == reader.wanted


async def test_stopping_finishes_the_batch_at_work_and_commits_it(settings, admin, publish, group):
    sent = messages(10)
    await publish(sent)
    begun, go_on = asyncio.Event(), asyncio.Event()
    seen = []

    async def slow(records, _turn):
        begun.set()
        await go_on.wait()
        seen.extend(records)

    subscription = Subscription(settings, settings.bus, group, [TOPIC], slow)
    await subscription.start()
    await begun.wait()
    stopping = asyncio.create_task(subscription.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    left = (await admin.lag({group: [TOPIC]}))[group]
    total = sum((await admin.ends([TOPIC])).values())
    assert seen
    assert left == total - len(seen)


async def test_two_readers_share_the_partitions(settings, group):
    async def nothing(_records, _turn):
        pass

    async with reading(settings, group, nothing) as first, reading(settings, group, nothing) as second:
        half = DEFAULT_PARTITIONS // 2
        while (len(first.owned), len(second.owned)) != (half, half):  # noqa: ASYNC110 - the broker decides when
            await asyncio.sleep(0.05)
        assert not first.owned & second.owned


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


async def test_a_backlog_is_digested_only_when_all_of_it_was_handled(settings, publish, group):
    sent = messages(100)
    await publish(sent)
    reader = Reader(sent)
    go_on = asyncio.Event()

    async def held_back(records, turn):
        await go_on.wait()
        await reader(records, turn)

    settings = settings.model_copy(update={"batch_records": 10})
    async with reading(settings, group, held_back) as subscription:
        while not subscription.busy:  # noqa: ASYNC110 - the first batch comes when it comes
            await asyncio.sleep(0.01)
        assert not await subscription.digested()
        go_on.set()
        while not await subscription.digested():  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.01)
    assert set(reader.seen) == reader.wanted


async def test_after_a_batch_was_given_up_the_next_one_is_not_committed_over_it(settings, publish, group):
    sent = messages(100)
    await publish(sent)
    refused = asyncio.Event()
    settings = settings.model_copy(update={"batch_records": 10})

    async def fails_once(_records, _turn):
        if not refused.is_set():
            refused.set()
            subscription.give_up()
            raise ConnectionError("down, just when the process has to end")

    subscription = Subscription(settings, settings.bus, group, [TOPIC], fails_once)
    await subscription.start()
    await refused.wait()
    await subscription.stop()
    reader = Reader(sent)
    async with reading(settings, group, reader):
        await reader.done.wait()
    assert set(reader.seen) == reader.wanted


async def test_lag_counts_what_is_at_work(settings, publish, group):
    sent = messages(60)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held_back(records, _turn):
        if {one.value for one in records} & {one.value for one in sent}:
            begun.set()
            await go_on.wait()

    async with reading(settings, group, held_back) as subscription:
        while not subscription.assigned or any((await subscription.lags()).values()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await publish(sent)
        await begun.wait()
        assert sum((await subscription.lags()).values()) == 60
        go_on.set()
        while any((await subscription.lags()).values()):  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.05)
        assert subscription.alive


async def test_a_consumer_that_ended_by_itself_is_not_alive(settings, group):
    async def nothing(_records, _turn):
        pass

    async with reading(settings, group, nothing) as subscription:
        assert subscription.alive
        await subscription.consumer.stop()
        while subscription.alive:  # noqa: ASYNC110 - it notices at its next question
            await asyncio.sleep(0.05)
