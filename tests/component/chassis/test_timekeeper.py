"""A tick, through one or two instances of a service: what it waits for, what it decides, what is passed on."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from typing_extensions import override

from chassis.core.document import Document
from chassis.core.service import unchanged
from chassis.runtime import document_cache, loop
from chassis.runtime.bus.record import Message
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.timekeeper import Timekeeper, marks
from contracts.intake import DossierReceived
from contracts.topics import read_event
from tests.component.chassis.toy import HOUR, START, TOY, DownError, Record, Toy, application, record, tick, withdrawal
from tests.reading import AllRead

NOON = START + HOUR * 4


class Instance(Toy):
    """One of several: it has some of the partitions, and has read all but what is held back."""

    def __init__(self, store: MemoryStore, partitions: int, owned: set[int], **parts: Any) -> None:
        self.unread: list[str] = []
        super().__init__(store, service=replace(TOY, **parts))
        self.reading = AllRead(partitions, lambda: self.unread)
        self.reading.owned = frozenset(owned)
        self.timekeeper = Timekeeper(self.loop, self.publish, self.reading)

    async def go_on(self) -> None:
        while await self.timekeeper.go_on():
            pass


def mark(service: str, time: datetime, timeline: str = "history") -> Record:
    [message] = marks(service, timeline, time, 1)
    return Record(message.topic, message.value, 0, None)


def moments(messages: list[Message], topic: str) -> list[datetime]:
    return [read_event(one.topic, one.value or b"").time for one in messages if one.topic == topic]


async def test_nothing_is_decided_before_those_upstream_have_passed_the_tick() -> None:
    one = Instance(MemoryStore(), 1, {0}, name="notify", folds={**TOY.folds, DossierReceived: unchanged})
    await one.process(record(withdrawal(timeline="history")), tick(NOON, "history"))
    await one.go_on()
    assert one.published == []
    await one.process(mark("intake", NOON - HOUR))
    await one.go_on()
    assert one.published == []
    await one.process(mark("intake", NOON))
    await one.go_on()
    assert [message.topic for message in one.published] == ["dossier.withdrawn", "notify.passed"]


async def test_nothing_is_decided_before_all_is_read_that_was_on_the_bus() -> None:
    one = Instance(MemoryStore(), 1, {0})
    one.unread = ["a withdrawal"]
    await one.process(record(withdrawal(timeline="history")), tick(NOON, "history"))
    await one.go_on()
    assert one.published == []
    one.unread = []
    await one.go_on()
    assert [message.topic for message in one.published] == ["dossier.withdrawn", "intake.passed"]


async def test_a_partition_waits_until_all_have_digested_and_those_before_it_have_acted() -> None:
    store = MemoryStore()
    first, second = Instance(store, 2, {0}), Instance(store, 2, {1})
    await first.process(record(_historic("D.1")), tick(NOON, "history"))
    await second.process(replace(record(_historic("D.2")), partition=1), tick(NOON, "history"))
    await second.go_on()
    assert second.published == []
    await first.go_on()
    await second.go_on()
    await first.go_on()
    assert store.series["toys"] == [one.id for one in (_historic("D.1"), _historic("D.2"))]
    assert moments(first.published, "intake.passed") == [NOON, NOON], "one mark for each partition"
    assert moments(second.published, "intake.passed") == []


class SlowForSome(MemoryStore):
    """The first documents take longer than all others."""

    @override
    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        for _ in range(50 if "D.0" in keys else 0):
            await asyncio.sleep(0)
        return await super().load(keys, with_history=with_history)


async def test_numbers_are_given_in_the_order_of_time_and_key_whatever_came_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop, "CHUNK", 2)
    monkeypatch.setattr(document_cache, "CAPACITY", 0)
    one = Instance(SlowForSome(), 1, {0})
    codes = [f"D.{number}" for number in range(9)]
    for code in reversed(codes):
        await one.process(record(_historic(code)))
    await one.process(tick(NOON, "history"))
    await one.go_on()
    assert one.store.series["toys"] == [_historic(code).id for code in codes]


async def test_what_arrives_after_a_tick_waits_for_the_next_one_however_old_it_is() -> None:
    one = Instance(MemoryStore(), 1, {0})
    await one.process(tick(NOON, "history"))
    await one.go_on()
    await one.process(record(withdrawal(timeline="history")), tick(NOON, "history"))
    await one.go_on()
    assert one.take("dossier.withdrawn") == []
    await one.process(tick(NOON + HOUR, "history"))
    await one.go_on()
    assert len(one.take("dossier.withdrawn")) == 1


@pytest.mark.parametrize("place", ["before publish", "after publish"])
async def test_whoever_takes_over_repeats_the_mark_that_may_not_have_been_told(place: str) -> None:
    store = MemoryStore()
    dies, heir = Instance(store, 1, {0}), Instance(store, 1, {0})
    await dies.process(tick(NOON, "history"))
    dies.fails_at.add(place)
    with pytest.raises(DownError):
        await dies.go_on()
    await heir.go_on()
    assert moments(heir.published, "intake.passed") == [NOON]


async def test_who_has_no_partition_any_more_decides_nothing() -> None:
    one = Instance(MemoryStore(), 1, {0})
    await one.process(record(withdrawal(timeline="history")), tick(NOON, "history"))
    one.reading.owned = frozenset()
    await one.go_on()
    assert one.published == []


async def test_a_tick_of_the_live_timeline_tells_nothing() -> None:
    one = Instance(MemoryStore(), 1, {0})
    await one.process(record(withdrawal()), tick(START, "live"))
    await one.go_on()
    assert one.take("passed") == one.take("dossier") == []
    assert one.store.timelines == {}


class OutOfDate:
    """A store as somebody sees it who asked before somebody else was faster."""

    def __init__(self, store: MemoryStore, due: list[str]) -> None:
        self._store = store
        self._due = due

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def due(self, *_: Any) -> list[str]:
        found, self._due = self._due, []
        return found


async def test_what_was_swept_by_somebody_faster_is_left_alone() -> None:
    store = MemoryStore()
    slow, fast = Instance(store, 1, {0}), Instance(store, 1, {0})
    await fast.process(tick(NOON, "history"))
    await fast.go_on()
    await fast.process(record(withdrawal(timeline="history")))
    slow.loop.store = OutOfDate(store, ["D.1"])  # type: ignore[assignment]
    await slow.loop.sweep([0], "history", NOON)
    assert slow.published == []


def _historic(code: str) -> Any:
    return application(code).model_copy(update={"timeline": "history"})
