"""Fetches that raise: what they forgot comes again, nothing is passed over, one partition never stops the others."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaConnectionError, TopicAuthorizationFailedError

from chassis.runtime.bus import reading, resting
from chassis.runtime.bus.reading import Batch, Reading
from chassis.runtime.telemetry.observe import Observer
from tests.component.chassis.toy import Record

FIRST, SECOND, THIRD = (TopicPartition("t", n) for n in range(3))


class Consumer:
    """aiokafka's, as it behaves: it drains one partition after the other, and forgets all when one raises."""

    def __init__(self) -> None:
        self.logs = {place: list(range(4)) for place in (FIRST, SECOND, THIRD)}
        self.positions = dict.fromkeys(self.logs, 0)
        self.raises: dict[tuple[TopicPartition, int], Exception] = {}
        self.fails: list[Exception] = []
        self.paused: set[TopicPartition] = set()
        self.stored: dict[TopicPartition, int] = {}

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self.logs)

    def highwater(self, place: TopicPartition) -> int:
        return len(self.logs[place])

    async def position(self, place: TopicPartition) -> int:
        return self.positions[place]

    async def committed(self, place: TopicPartition) -> int | None:
        return self.stored.get(place)

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.positions[place] = offset

    async def seek_to_beginning(self, place: TopicPartition) -> None:
        self.positions[place] = 0

    def pause(self, place: TopicPartition) -> None:
        self.paused.add(place)

    def resume(self, place: TopicPartition) -> None:
        self.paused.discard(place)

    async def getmany(self, *places: TopicPartition, timeout_ms: int, max_records: int) -> dict[TopicPartition, Any]:
        await asyncio.sleep(timeout_ms / 1000)
        if self.fails:
            raise self.fails.pop()
        found = {}
        for place in places or self.logs:
            if place not in self.paused and (records := self._drain(place, max_records)):
                found[place] = records
        return found

    def _drain(self, place: TopicPartition, most: int) -> list[Record]:
        begin, records = self.positions[place], list[Record]()
        for offset in self.logs[place][begin : begin + most]:
            if error := self.raises.get((place, offset)):
                raise error
            records.append(Record(place.topic, b"", offset, partition=place.partition))
        self.positions[place] = begin + len(records)
        return records


class Watcher(Observer):
    def __init__(self) -> None:
        self.kinds: list[str] = []

    def fetch_failed(self, kind: str) -> None:
        self.kinds.append(kind)


class World:
    """A reading of a consumer, and everything that it handed over."""

    def __init__(self) -> None:
        self.consumer, self.watcher = Consumer(), Watcher()
        self.orders: dict[TopicPartition, int] = {}
        self.reading = Reading(self.consumer, 10, 1, self.watcher, self.ordered)
        self.seen: list[tuple[int, int]] = []
        self.offsets: dict[TopicPartition, int] = {}

    async def ordered(self, place: TopicPartition, _offset: int) -> int | None:
        return self.orders.get(place)

    async def fetch(self) -> Batch:
        batch = await self.reading.fetch()
        self.seen += [(one.partition, one.offset) for one in batch.records]
        self.offsets.update(batch.offsets)
        return batch

    async def until_seen(self, *wanted: Iterable[tuple[int, int]]) -> None:
        everything = [one for some in wanted for one in some]
        async with asyncio.timeout(5):
            while not set(everything) <= set(self.seen):
                await self.fetch()
        assert sorted(self.seen) == sorted(everything)


def all_of(place: TopicPartition, offsets: Iterable[int] = range(4)) -> list[tuple[int, int]]:
    return [(place.partition, offset) for offset in offsets]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    for module, name in ((reading, "ALONE_SECONDS"), (reading, "FIRST_PAUSE"), (resting, "FIRST_REST")):
        monkeypatch.setattr(module, name, 0.02)
    monkeypatch.setattr(reading, "ONE_BY_ONE_MS", 5)
    return World()


async def test_everything_is_handed_over_once_with_how_far_it_leads(world: World) -> None:
    await world.until_seen(all_of(FIRST), all_of(SECOND), all_of(THIRD))
    assert world.offsets == {FIRST: 4, SECOND: 4, THIRD: 4}


@pytest.mark.parametrize("offset", range(4))
@pytest.mark.parametrize("bad", [FIRST, SECOND, THIRD])
async def test_what_a_fetch_forgot_comes_again_and_so_does_all_before_the_batch_that_raised(
    world: World, bad: TopicPartition, offset: int
) -> None:
    world.consumer.raises[bad, offset] = CorruptRecordException("Invalid CRC")
    good = [place for place in (FIRST, SECOND, THIRD) if place != bad]
    await world.until_seen(*map(all_of, good), all_of(bad, range(offset)))
    async with asyncio.timeout(5):
        while [one.place for one in world.reading.troubles] != [bad]:
            await world.fetch()
    [trouble] = world.reading.troubles
    assert (trouble.kind, trouble.offset) == ("damaged", offset)
    assert world.offsets.get(bad, 0) <= offset
    assert "damaged" in world.watcher.kinds


@pytest.mark.parametrize("error", [ValueError("zstd"), IndexError(), MemoryError(), RuntimeError()], ids=repr)
async def test_whatever_a_codec_raises_is_the_damage_of_its_partition_alone(world: World, error: Exception) -> None:
    world.consumer.raises[SECOND, 0] = error
    await world.until_seen(all_of(FIRST), all_of(THIRD))


async def test_a_partition_that_heals_goes_on_by_itself(world: World) -> None:
    world.consumer.raises[SECOND, 2] = TopicAuthorizationFailedError("t")
    await world.until_seen(all_of(FIRST), all_of(SECOND, range(2)), all_of(THIRD))
    world.consumer.raises.clear()
    await world.until_seen(all_of(FIRST), all_of(SECOND), all_of(THIRD))
    assert world.reading.troubles == []


async def test_an_order_leads_behind_the_batch_and_its_end_is_committed(world: World) -> None:
    world.consumer.raises[SECOND, 1] = CorruptRecordException("Invalid CRC")
    await world.until_seen(all_of(FIRST), all_of(SECOND, range(1)), all_of(THIRD))
    world.orders[SECOND] = 3
    await world.until_seen(all_of(FIRST), all_of(SECOND, (0, 3)), all_of(THIRD))
    assert world.offsets[SECOND] == 4
    assert world.reading.troubles == []


async def test_a_bus_that_fails_as_a_whole_stops_no_partition_and_is_named(world: World) -> None:
    world.consumer.fails = [KafkaConnectionError("gone")] * 3
    await world.fetch()
    [trouble] = world.reading.troubles
    assert (trouble.kind, trouble.place) == ("down", None)
    await world.until_seen(all_of(FIRST), all_of(SECOND), all_of(THIRD))
    assert world.reading.troubles == []
    assert world.watcher.kinds == ["down"] * 3


async def test_who_was_given_partitions_anew_begins_where_they_are_committed(world: World) -> None:
    await world.until_seen(all_of(FIRST), all_of(SECOND), all_of(THIRD))
    world.consumer.stored = {FIRST: 3, SECOND: 4}
    world.reading.forget()
    world.consumer.positions = {FIRST: 3, SECOND: 4, THIRD: 0}
    world.consumer.raises[THIRD, 2] = CorruptRecordException("Invalid CRC")
    world.seen.clear()
    await world.until_seen(all_of(FIRST, (3,)), all_of(THIRD, range(2)))


async def test_offsets_without_records_are_handed_over_too(world: World) -> None:
    await world.until_seen(all_of(FIRST), all_of(SECOND), all_of(THIRD))
    world.consumer.logs[SECOND].append(4)
    world.consumer.positions[SECOND] = 5  # a marker: the consumer steps over it by itself
    assert await world.fetch() == Batch([], {SECOND: 5})
    assert await world.fetch() == Batch([], {})
