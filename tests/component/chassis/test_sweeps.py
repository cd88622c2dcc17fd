"""What timers and ticks come to: each dossier is woken when its time has come, on its own timeline."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.core import settle
from chassis.core.decision import Decision
from chassis.core.service import Service
from chassis.runtime import loop
from tests.component.chassis.test_batches import vars_of
from tests.component.chassis.toy import (
    HOUR,
    START,
    DownError,
    Toy,
    record,
    tick,
    withdrawal,
)


async def test_a_timer_wakes_its_dossier_when_its_time_has_come_and_not_before(toy: Toy) -> None:
    await toy.process(record(withdrawal()))
    assert await toy.sweep(START + HOUR - timedelta(milliseconds=1)) == 0
    assert await toy.sweep(START + HOUR) == 1
    assert len(toy.take("dossier.withdrawn")) == 1
    assert await toy.sweep(START + HOUR * 2) == 0


async def test_a_timer_is_not_early_by_a_part_of_a_millisecond(toy: Toy) -> None:
    await toy.process(record(withdrawal(time=START + timedelta(microseconds=1))))
    assert toy.store.documents["D.1"].due == START + HOUR + timedelta(milliseconds=1)


async def test_only_the_partitions_that_are_owned_are_swept(toy: Toy) -> None:
    await toy.process(record(withdrawal()))
    assert await toy.loop.sweep([1, 2], "live", START + HOUR) == 0


async def test_a_sweep_takes_more_than_one_page(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "SWEEP_PAGE", 3)
    await toy.process(*(record(withdrawal(f"D.{n}")) for n in range(10)))
    assert await toy.sweep(START + HOUR) == 10
    assert len(toy.take("dossier.withdrawn")) == 10


async def test_a_timer_that_is_named_again_and_again_does_not_hold_a_sweep(toy: Toy) -> None:
    await toy.process(record(withdrawal()))
    stuck = Decision(timer=loop_timer())
    toy.loop.service = Service(**{**vars_of(toy), "decide": lambda _state, _now: stuck})
    assert await toy.sweep(START + HOUR) == 1
    assert toy.store.documents["D.1"].due == START + HOUR + settle.NOT_AGAIN


def loop_timer() -> Any:
    from chassis.core.decision import Timer  # noqa: PLC0415

    return Timer(START)


async def test_a_tick_wakes_its_timeline_and_no_other(toy: Toy) -> None:
    await toy.process(record(withdrawal("D.1", timeline="history")), record(withdrawal("D.2", timeline="other")))
    await toy.tick(START + HOUR, "history")
    assert len(toy.take("dossier.withdrawn")) == 1
    assert await toy.store.clocks([0]) == {("history", 0): START + HOUR}


async def test_a_tick_comes_after_the_events_of_its_batch(toy: Toy) -> None:
    await toy.process(tick(START + HOUR, "history"), record(withdrawal(timeline="history")))
    await toy.tick(START + HOUR, "history")
    assert len(toy.take("dossier.withdrawn")) == 1


async def test_an_old_tick_changes_nothing(toy: Toy) -> None:
    await toy.tick(START + HOUR, "history")
    await toy.tick(START, "history")
    assert await toy.store.clocks([0]) == {("history", 0): START + HOUR}


async def test_a_tick_whose_sweep_was_cut_short_comes_again(toy: Toy) -> None:
    await toy.process(record(withdrawal(timeline="history")))
    toy.fails_at.add("before publish")
    with pytest.raises(DownError):
        await toy.tick(START + HOUR, "history")
    assert toy.take("intake.passed") == []
    await toy.tick(START + HOUR, "history")
    assert len(toy.take("dossier.withdrawn")) == 1
