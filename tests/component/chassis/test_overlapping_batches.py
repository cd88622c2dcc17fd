"""A batch is begun while the one before it is published: what both have goes in order, and so do commits."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import TopicPartition
from tenacity import wait_none
from typing_extensions import override

from chassis.runtime import loop
from chassis.runtime.bus import subscription as bus
from chassis.runtime.bus import works
from chassis.runtime.bus.progress import Progress
from chassis.runtime.bus.reading import Batch, Reading
from chassis.runtime.bus.record import Message
from chassis.runtime.bus.subscription import Subscription
from chassis.runtime.in_flight import InFlightBatch
from chassis.runtime.loop import CHUNKS_AT_ONCE
from chassis.runtime.settings import Settings
from chassis.runtime.telemetry.observe import NOBODY
from tests.component.chassis.toy import START, DownError, Record, Toy, payment, raw, record

PLACE = TopicPartition("intake.submitted", 0)


class Held(Toy):
    """An instance whose publishes of some documents wait, or fail as long as it is so."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.held: set[str] = set()
        self.down: set[str] = set()
        self.let_go = asyncio.Event()

    @override
    async def publish(self, messages: Sequence[Message]) -> None:
        keys = {(one.key or b"").decode() for one in messages}
        if self.down & keys:
            raise DownError
        while self.held & keys:
            await self.let_go.wait()
        await super().publish(messages)

    def release(self) -> None:
        self.held, self.down = set(), set()
        self.let_go.set()

    @property
    def said(self) -> list[str]:
        return [(message.key or b"").decode() for message in self.published]


class Consumer:
    """What the bus has read, and what was committed there."""

    def __init__(self) -> None:
        self.read = 0
        self.commits: list[int] = []

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.commits.append(offsets[PLACE])

    async def stop(self) -> None:
        pass

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset({PLACE})

    def highwater(self, _place: TopicPartition) -> int:
        return self.read

    async def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self.read)

    async def position(self, _place: TopicPartition) -> int:
        return self.read


def left(instance: "Instance") -> bool:
    """Whether it has left its group."""
    return instance.consumer is None


class Instance(Subscription):
    """A subscription that is given its batches by hand."""

    def __init__(self, toy: Toy) -> None:
        self.toy = toy
        super().__init__(Settings.model_construct(), "", "", [], self.take)
        self.consumer: Any = Consumer()
        self._commits: list[int] = self.consumer.commits
        self._reading = Reading(self.consumer, 1, 1, NOBODY)
        self._progress = Progress(self.consumer, self._reading)

    async def take(self, records: Sequence[Any], in_flight: InFlightBatch) -> None:
        self.toy.loop.own(in_flight.owned)
        await self.toy.loop.process(records, in_flight)

    def give(self, *records: Record) -> "asyncio.Task[None]":
        """Hand over a batch; done when the next one may be asked for."""
        offset = records[-1].offset + 1
        self.consumer.read = self._reading.handed[PLACE] = offset  # type: ignore[union-attr]
        return asyncio.create_task(self._take_in(Batch(records, {PLACE: offset})))

    @property
    def commits(self) -> list[int]:
        return self._commits

    @property
    def version(self) -> dict[str, int]:
        return {key: doc.version for key, doc in self.toy.store.documents.items()}


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


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - whatever has to happen first takes a few turns
            await asyncio.sleep(0)


async def a_while() -> None:
    """Long enough for anything that does not wait."""
    for _ in range(200):
        await asyncio.sleep(0)


def after(*records: Record) -> int:
    return records[-1].offset + 1


async def test_a_batch_is_begun_while_the_one_before_it_is_published(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1"}
    one, two = record(payment()), record(payment(dossier="D.2"))
    await instance.give(one)
    instance.give(two)
    await until(lambda: toy.said)
    assert toy.said == ["D.2"]


async def test_batches_are_committed_in_order(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1"}
    one, two = record(payment()), record(payment(dossier="D.2"))
    await instance.give(one)
    instance.give(two)
    await a_while()
    assert instance.commits == []
    toy.release()
    await until(lambda: not instance.busy)
    assert instance.commits == [after(one), after(two)]


async def test_a_document_of_both_waits_until_the_first_is_published_and_the_others_do_not(
    toy: Held, instance: Instance
) -> None:
    toy.held = {"D.1"}
    await instance.give(record(payment(1)))
    instance.give(record(payment(2)), record(payment(dossier="D.2")))
    await a_while()
    assert (toy.said, instance.version) == (["D.2"], {"D.1": 1, "D.2": 1})
    toy.release()
    await until(lambda: not instance.busy)
    assert (toy.said, instance.version) == (["D.2", "D.1", "D.1"], {"D.1": 2, "D.2": 1})


async def test_a_document_waits_though_its_first_batch_fails_and_is_tried_again(toy: Held, instance: Instance) -> None:
    toy.down = {"D.1"}
    await instance.give(record(payment(1)))
    instance.give(record(payment(2)))
    await a_while()
    assert instance.failing
    assert (toy.said, instance.version) == ([], {"D.1": 1})
    toy.release()
    await until(lambda: not instance.busy)
    assert len(set(toy.take("dossier.paid"))) == 2
    assert not instance.failing


async def test_no_more_than_two_are_at_work(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    second = instance.give(record(payment(dossier="D.2")))
    await a_while()
    assert not second.done()
    toy.release()
    await second


async def test_a_bad_record_does_not_wait(toy: Held, instance: Instance) -> None:
    toy.held = {"D.2"}
    await instance.give(record(payment(dossier="D.2")))
    instance.give(raw(b"{"))
    await until(toy.letters)
    assert instance.commits == []
    toy.release()
    await until(lambda: not instance.busy)
    assert len(instance.commits) == 2


async def test_what_follows_a_batch_that_was_given_up_is_not_committed(toy: Held, instance: Instance) -> None:
    toy.down = {"D.1"}
    await instance.give(record(payment(1)))
    instance.give(record(payment(2)), record(payment(dossier="D.2")))
    await until(lambda: toy.said == ["D.2"])
    await instance.stop()
    assert (instance.commits, instance.version) == ([], {"D.1": 1, "D.2": 1})


async def test_a_batch_that_is_done_is_not_committed_over_one_that_was_given_up(toy: Held, instance: Instance) -> None:
    toy.down = {"D.1"}
    await instance.give(record(payment()))
    instance.give(record(payment(dossier="D.2")))
    await until(lambda: toy.said == ["D.2"])
    await instance.stop()
    assert instance.commits == []


async def test_both_together_have_no_more_chunks_at_work_than_one_would(
    toy: Held, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "CHUNK", 1)
    first, second = ([f"D.{n}" for n in range(start, start + CHUNKS_AT_ONCE)] for start in (1, 1 + CHUNKS_AT_ONCE))
    toy.held = {*first, *second}
    await instance.give(*(record(payment(dossier=key)) for key in first))
    instance.give(*(record(payment(dossier=key)) for key in second))
    await a_while()
    assert list(instance.version) == first
    toy.release()
    await until(lambda: not instance.busy)
    assert list(instance.version) == [*first, *second]


async def test_nothing_is_begun_when_the_process_is_about_to_end(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    instance.give_up()
    dropped = instance.give(record(payment(dossier="D.2")))
    await a_while()
    assert not dropped.done()
    toy.release()
    await dropped
    assert (toy.said, len(instance.commits)) == (["D.1"], 1)


async def test_stopping_finishes_and_commits_both(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1", "D.2"}
    one, two = record(payment()), record(payment(dossier="D.2"))
    await instance.give(one)
    instance.give(two)
    stopping = asyncio.create_task(instance.stop())
    await a_while()
    assert not left(instance)
    toy.release()
    await stopping
    assert instance.commits == [after(one), after(two)]
    assert left(instance)


async def test_what_does_not_end_in_time_is_cut_off_and_not_committed(
    toy: Held, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "REVOKE_SECONDS", 0.01)
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    instance.give(record(payment(dossier="D.2")))
    await instance.stop()
    assert (instance.busy, instance.commits, left(instance)) == (False, [], True)


async def test_a_rebalance_waits_for_both(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1", "D.2"}
    one, two = record(payment()), record(payment(dossier="D.2"))
    await instance.give(one)
    instance.give(two)
    await a_while()
    revoked = asyncio.create_task(instance.on_partitions_revoked([PLACE]))
    await a_while()
    assert instance.owned
    toy.release()
    await revoked
    assert instance.commits == [after(one), after(two)]
    assert not instance.owned


async def test_what_outlives_its_assignment_is_not_committed_and_nothing_is_begun_beside_it(
    toy: Held, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "REVOKE_SECONDS", 0.01)
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    await instance.on_partitions_revoked([PLACE])
    await instance.on_partitions_assigned([PLACE])
    again = record(payment(dossier="D.2"))
    given = instance.give(again)
    await a_while()
    assert toy.said == []
    toy.release()
    await given
    await until(lambda: not instance.busy)
    assert (toy.said, instance.commits) == (["D.1", "D.2"], [after(again)])


async def test_what_was_read_before_its_partition_was_taken_away_is_not_begun(toy: Held, instance: Instance) -> None:
    async with instance.at_rest():
        given = instance.give(record(payment()))
        await a_while()
        instance.owned = frozenset()
    await given
    await a_while()
    assert (toy.said, instance.commits) == ([], [])


async def test_at_rest_nothing_is_at_work_and_nothing_is_begun(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.01), instance.at_rest():
            raise AssertionError("it is not at rest")
    toy.release()
    async with instance.at_rest():
        assert toy.said == ["D.1"]
        instance.give(record(payment(dossier="D.2")))
        await a_while()
        assert toy.said == ["D.1"]
    await until(lambda: toy.said == ["D.1", "D.2"])


async def test_lag_counts_what_is_at_work_and_what_waits_to_be_begun(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1", "D.2"}
    await instance.give(record(payment()))
    instance.give(record(payment(dossier="D.2")))
    await a_while()
    assert await instance.lags() == {(PLACE.topic, 0): 2}
    toy.release()
    async with instance.at_rest():
        assert await instance.lags() == {(PLACE.topic, 0): 0}
        given = instance.give(record(payment(2)))
        await a_while()
        assert await instance.lags() == {(PLACE.topic, 0): 1}
    await given
    await until(lambda: not instance.busy)
    assert await instance.lags() == {(PLACE.topic, 0): 0}


async def test_what_waits_to_be_begun_is_not_digested(toy: Held, instance: Instance) -> None:
    async with instance.at_rest():
        given = instance.give(record(payment()))
        await a_while()
        assert [await instance.digested() for _ in range(2)] == [False, False]
    await given
    await until(lambda: not instance.busy)
    assert toy.said
    assert await instance.digested()


async def test_the_oldest_attempt_tells_since_when_it_works(toy: Held, instance: Instance) -> None:
    assert instance.working_since is None
    toy.held = {"D.1", "D.2"}
    await instance.give(record(payment()))
    await a_while()
    since = instance.working_since
    instance.give(record(payment(dossier="D.2")))
    await a_while()
    assert since is not None
    assert instance.working_since == since
    toy.release()
    await until(lambda: not instance.busy)
    assert instance.working_since is None


async def test_it_fails_as_long_as_either_does(toy: Held, instance: Instance) -> None:
    toy.down = {"D.1"}
    await instance.give(record(payment()))
    instance.give(record(payment(dossier="D.2", time=START + timedelta(minutes=1))))
    await until(lambda: toy.said == ["D.2"])
    await a_while()
    assert instance.failing
    toy.release()
    await until(lambda: not instance.busy)
    assert not instance.failing
