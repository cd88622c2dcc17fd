"""Reading the real bus: nothing acknowledged is lost, nothing committed comes again, whatever the handler does."""

import asyncio
import itertools

from chassis.runtime.bus.record import Message
from chassis.runtime.bus.subscription import Subscription
from tests.integration.bus_reader import TOPIC, Reader, messages, numbers, reading


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

    async def take(records, in_flight):
        batches.append({record.partition for record in records})
        await reader(records, in_flight)

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

    async def refuse(_records, _in_flight):
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

    async def first_is_slow(records, in_flight):
        if next(calls) == 0:
            await go_on.wait()
        await reader(records, in_flight)
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

    async def slow(records, _in_flight):
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


async def test_after_a_batch_was_given_up_the_next_one_is_not_committed_over_it(settings, publish, group):
    sent = messages(100)
    await publish(sent)
    refused = asyncio.Event()
    settings = settings.model_copy(update={"batch_records": 10})

    async def fails_once(_records, _in_flight):
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
