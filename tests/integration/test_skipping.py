"""A batch that nobody can read: the service is stuck, says where and why, and steps over it on an operator's order."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial

import aiokafka.codec
import pytest
from aiokafka import TopicPartition

from chassis.runtime.bus.skipping import SkipError, ordered, raw_batch
from tests.integration.test_lost_records import Reader, client, reading, send, until
from tools.cli import bus as commands_bus
from tools.operations.dead_letter_actions import replay
from tools.operations.dead_letters import DeadLetterError, list_all

TOPIC = "consultation.answered"
"""Nobody else reads or writes it beside these tests."""

PLACE = TopicPartition(TOPIC, 5)
WHY = "packed by a client with a fault"


@pytest.fixture
def operator(command_line):
    """The command line, at this test's bus and groups."""

    def skip(offset, *services):
        return commands_bus.skip(PLACE.topic, PLACE.partition, offset, WHY, list(services) or None, "operator-1")

    return skip


@asynccontextmanager
async def stuck_at(settings, reader):
    """A subscription of sla, once it has found out where it can not go on; and its trouble."""
    group = settings.group_prefix + "sla"
    order = partial(ordered, settings.bus, "sla")
    async with reading(settings, group, reader, TOPIC, ordered=order) as subscription:

        async def is_stuck():
            return [one for one in subscription.troubles if one.place == PLACE]

        await until(is_stuck)
        yield subscription, next(one for one in subscription.troubles if one.place == PLACE)


async def test_a_stuck_service_names_the_batch_and_goes_on_behind_it_when_it_is_ordered_to(
    settings, admin, monkeypatch, operator
):
    async with client(settings, linger_ms=50) as good, client(settings, compression_type="lz4", linger_ms=50) as odd:
        before = await send(good, 5, count=3, topic=TOPIC)
        bad = await send(odd, 5, count=4, topic=TOPIC)
        after = await send(good, 5, count=3, topic=TOPIC) + await send(good, 4, count=3, topic=TOPIC)
    with pytest.raises(SkipError, match="can be read here"):
        await asyncio.to_thread(operator, (await admin.ends([TOPIC]))[PLACE] - 4)
    monkeypatch.setattr(aiokafka.codec, "has_lz4", lambda: False)
    reader = Reader(before + after + bad)
    async with stuck_at(settings, reader) as (subscription, trouble):
        assert trouble.kind == "codec"
        batch = await raw_batch(settings.bus, PLACE, trouble.offset)
        assert (batch.first, batch.last) == (trouble.offset, trouble.offset + 3)
        assert set(before) <= set(reader.seen)
        with pytest.raises(SkipError, match="none of rating stands at"):
            await asyncio.to_thread(operator, trouble.offset, "rating")
        await asyncio.to_thread(operator, trouble.offset + 1, "sla")
        group = settings.group_prefix + "sla"

        async def goes_on():
            return set(before + after) <= set(reader.seen) and not subscription.troubles

        async def nothing_is_left():
            return not (await admin.lag({group: [TOPIC]}))[group]

        await until(goes_on)
        assert not set(bad) & set(reader.seen)
        await until(nothing_is_left)
    [letter] = [one for one in await list_all(settings.bus, "sla") if one.offset == batch.first]
    assert (letter.topic, letter.partition, letter.value) == (*PLACE, batch.data)
    assert dict(letter.headers)["by"] == "operator-1"
    assert WHY in letter.reason
    with pytest.raises(DeadLetterError, match="nobody could read"):
        await replay(settings.bus, [letter], "operator-1")


async def test_where_nothing_stands_nothing_is_skipped(operator):
    with pytest.raises(SkipError, match="nothing stands at"):
        await asyncio.to_thread(operator, 10**9)
