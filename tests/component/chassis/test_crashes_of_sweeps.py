"""A process may die in a sweep: no batch brings its work back, so the timer does."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from typing_extensions import override

from chassis.runtime.store.memory import MemoryStore
from tests.component.chassis.toy import (
    HOUR,
    START,
    DownError,
    Toy,
    payment,
    record,
    withdrawal,
)


async def swept_halfway(toy: Toy, place: str) -> None:
    """A sweep saves a warning and dies before or after its publish."""
    await toy.process(record(withdrawal()))
    toy.take()
    toy.fails_at.add(place)
    with pytest.raises(DownError):
        await toy.sweep(START + HOUR)


@pytest.mark.parametrize("place", ["before publish", "after publish"])
async def test_a_sweep_cut_short_is_swept_again(toy: Toy, place: str) -> None:
    await swept_halfway(toy, place)
    toy.take()
    assert await toy.sweep(START + HOUR) == 1
    assert len(toy.take("dossier.withdrawn")) == 1
    assert await toy.sweep(START + HOUR * 9) == 0


async def test_a_batch_that_comes_between_the_two_halves_of_a_sweep_publishes_for_it(toy: Toy) -> None:
    await swept_halfway(toy, "before publish")
    await toy.process(record(payment()))
    assert len(toy.take("dossier.withdrawn")) == 1
    assert toy.store.documents["D.1"].due is not None


async def test_a_sweep_cut_short_is_brought_back_though_a_batch_came_between(toy: Toy) -> None:
    await swept_halfway(toy, "before publish")
    await toy.process(record(payment()))
    assert await toy.sweep(START + HOUR) == 1
    assert toy.store.documents["D.1"].unsent is None
    assert toy.store.documents["D.1"].due is None


async def test_a_sweep_that_was_overtaken_leaves_the_timer_of_whoever_was_faster() -> None:
    class Overtaken(MemoryStore):
        @override
        async def move_due(self, documents: Any) -> None:
            later = START + HOUR * 2
            await Toy(store=self).process(record(withdrawal(time=later), timestamp=int(later.timestamp() * 1000)))
            await super().move_due(documents)

    toy = Toy(store=Overtaken())
    await toy.process(record(withdrawal()))
    await toy.sweep(START + HOUR)
    assert toy.store.documents["D.1"].due == START + HOUR
    assert await toy.sweep(START + HOUR * 2) == 1
    assert toy.store.documents["D.1"].due == START + HOUR * 3


async def test_a_document_that_a_sweep_can_not_decide_is_looked_at_again_later(toy: Toy) -> None:
    await swept_halfway(toy, "before publish")

    def fails(_state: Any, _now: datetime) -> Any:
        raise ValueError("mended tomorrow")

    mended, toy.loop.service = toy.loop.service, replace(toy.service, decide=fails)
    await toy.sweep(START + HOUR)
    assert len(toy.take("dossier.withdrawn")) == 1
    toy.loop.service = mended
    due = toy.store.documents["D.1"].due
    assert due is not None
    assert START + HOUR < due < START + HOUR * 2
