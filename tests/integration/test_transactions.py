"""Senders with transactions: what they take back is no fact, markers are no lag, and a wait for them can be seen."""

import itertools
import os
from contextlib import asynccontextmanager
from functools import partial

import pytest

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from tests.integration.test_lost_records import Reader, reading, until

TOPIC = "consultation.requested"
numbers = itertools.count()


@pytest.fixture
def group(settings):
    return settings.group_prefix + "reader"


@asynccontextmanager
async def transactional(settings):
    name = f"agency-{os.getpid()}-{next(numbers)}"
    producer = settings.bus.producer(transactional_id=name)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def say(producer, partition, count=2):
    values = [f"t{next(numbers)}".encode() for _ in range(count)]
    for value in values:
        await producer.send_and_wait(TOPIC, value, partition=partition)
    return values


async def nothing_left(admin, group):
    async def none_left():
        return not (await admin.lag({group: [TOPIC]}))[group]

    await until(none_left)


async def withholds(subscription):
    return (TOPIC, 2) in subscription.withheld()


async def test_what_was_committed_is_read_and_what_was_taken_back_never(settings, admin, group):
    async with transactional(settings) as producer:
        await producer.begin_transaction()
        gone = await say(producer, 0)
        await producer.abort_transaction()
        await producer.begin_transaction()
        kept = await say(producer, 0)
        await producer.commit_transaction()
    reader = Reader([*gone, *kept])
    async with reading(settings, group, reader) as subscription:
        await nothing_left(admin, group)
        assert not any((await subscription.lags()).values())
    assert reader.seen == kept


async def test_nothing_is_left_where_only_markers_and_what_was_taken_back_stand(settings, admin, group):
    reader = Reader(())
    async with reading(settings, group, reader):
        await nothing_left(admin, group)
        async with transactional(settings) as producer:
            for _ in range(2):
                await producer.begin_transaction()
                await say(producer, 1)
                await producer.abort_transaction()
        await nothing_left(admin, group)


async def test_an_open_transaction_withholds_what_stands_behind_it_and_that_shows(settings, admin, group):
    publish = Publisher(settings.bus)
    async with transactional(settings) as producer:
        await producer.begin_transaction()
        first = await say(producer, 2)
        behind = Message(TOPIC, None, f"t{next(numbers)}".encode(), partition=2)
        await publish([behind])
        reader = Reader([*first, behind.value])
        async with reading(settings, group, reader) as subscription:
            await until(partial(withholds, subscription))
            await nothing_left(admin, group)
            assert not any((await subscription.lags()).values())
            assert not await subscription.digested()
            ends = await subscription.ends([2])
            assert not await subscription.reached(ends)
            assert reader.seen == []
            await producer.commit_transaction()
            await reader.done.wait()
            await until(subscription.digested)
            assert await subscription.reached(ends)
            assert subscription.withheld() == {}
    await publish.stop()
