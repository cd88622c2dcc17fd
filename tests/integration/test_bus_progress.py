"""How far a reader of the real bus says it is: lag, what is digested, who owns which partitions, whether it lives."""

import asyncio

from contracts.topics import DEFAULT_PARTITIONS
from tests.integration.bus_reader import Reader, messages, reading


async def test_two_readers_share_the_partitions(settings, group):
    async def nothing(_records, _in_flight):
        pass

    async with reading(settings, group, nothing) as first, reading(settings, group, nothing) as second:
        half = DEFAULT_PARTITIONS // 2
        while (len(first.owned), len(second.owned)) != (half, half):  # noqa: ASYNC110 - the broker decides when
            await asyncio.sleep(0.05)
        assert not first.owned & second.owned


async def test_a_backlog_is_digested_only_when_all_of_it_was_handled(settings, publish, group):
    sent = messages(100)
    await publish(sent)
    reader = Reader(sent)
    go_on = asyncio.Event()

    async def held_back(records, in_flight):
        await go_on.wait()
        await reader(records, in_flight)

    settings = settings.model_copy(update={"batch_records": 10})
    async with reading(settings, group, held_back) as subscription:
        while not subscription.busy:  # noqa: ASYNC110 - the first batch comes when it comes
            await asyncio.sleep(0.01)
        assert not await subscription.digested()
        go_on.set()
        while not await subscription.digested():  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.01)
    assert set(reader.seen) == reader.wanted


async def test_lag_counts_what_is_at_work(settings, publish, group):
    sent = messages(60)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def held_back(records, _in_flight):
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
    async def nothing(_records, _in_flight):
        pass

    async with reading(settings, group, nothing) as subscription:
        assert subscription.alive
        await subscription.consumer.stop()
        while subscription.alive:  # noqa: ASYNC110 - it notices at its next question
            await asyncio.sleep(0.05)
