"""A process may die anywhere: what it had saved goes out again, same id, same bytes, never under two names."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chassis.core.decision import Decision
from tests.component.chassis.crashing import crash
from tests.component.chassis.toy import (
    HOUR,
    START,
    Toy,
    application,
    decide,
    payment,
    record,
    withdrawal,
)


async def test_what_was_saved_and_not_published_goes_out_with_the_same_bytes(toy: Toy) -> None:
    batch = [record(payment()), record(application())]
    await crash(toy, "after publish", *batch)
    first = toy.take()
    again = Toy(store=toy.store)
    await again.process(*batch)
    assert again.take() == first
    assert len(first) == 2


async def test_a_crash_between_save_and_publish_loses_nothing(toy: Toy) -> None:
    batch = [record(payment(amount)) for amount in (1, 2, 3)]
    await crash(toy, "before publish", *batch)
    assert toy.take() == []
    await toy.process(*batch)
    assert len(toy.take("dossier.paid")) == 3


async def test_a_crash_between_publish_and_commit_repeats_and_saves_nothing(toy: Toy) -> None:
    batch = [record(payment())]
    await toy.process(*batch)
    first, version = toy.take(), toy.store.documents["D.1"].version
    tally = await toy.process(*batch)
    assert (toy.take(), toy.store.documents["D.1"].version) == (first, version)
    assert (tally.accepted, tally.duplicates) == (0, 1)


async def test_a_repeat_brings_back_only_what_came_with_it(toy: Toy) -> None:
    early, late = record(payment(1)), record(payment(2))
    await toy.process(early)
    first = toy.take()
    await toy.process(late)
    second = toy.take()
    await toy.process(early)
    assert toy.take() == first != second


@pytest.mark.parametrize("place", ["before publish", "after publish"])
async def test_what_a_new_version_says_of_a_batch_that_comes_again_goes_out_too(toy: Toy, place: str) -> None:
    def hasty(seen: Any, _now: datetime) -> Decision:
        return decide(seen, START + HOUR)

    batch = [record(withdrawal())]
    await toy.process(*batch)
    toy.loop.service = replace(toy.service, decide=hasty)
    await crash(toy, place, *batch)
    await toy.process(*batch)
    said = toy.take("dossier.withdrawn")
    assert said
    assert len(set(said)) == 1


async def test_a_batch_cut_differently_the_second_time_says_the_same(toy: Toy) -> None:
    records = [record(payment(amount)) for amount in (1, 2, 3, 4)]
    await crash(toy, "before publish", *records[:3])
    await toy.process(*records[:2])
    await toy.process(*records[2:])
    assert len(set(toy.take("dossier.paid"))) == 4


async def test_the_same_event_twice_in_one_batch_is_one_fact(toy: Toy) -> None:
    await toy.process(record(payment()), record(payment()))
    assert len(toy.take("dossier.paid")) == 1
    assert len(toy.store.documents["D.1"].facts) == 2


async def test_a_number_is_neither_skipped_nor_repeated_after_a_crash(toy: Toy) -> None:
    await crash(toy, "before publish", record(application("D.1")))
    await toy.process(record(application("D.2")))
    await toy.process(record(application("D.1")))
    numbers = await toy.store.allot("toys", [application("D.1").id, application("D.2").id])
    assert sorted(numbers.values()) == [1, 2]


async def test_what_was_saved_goes_out_although_the_dossier_can_not_be_decided_any_more(toy: Toy) -> None:
    batch = [record(payment())]
    await crash(toy, "before publish", *batch)

    def fails(_state: Any, _now: datetime) -> Any:
        raise ValueError("mended tomorrow")

    toy.loop.service = replace(toy.service, decide=fails)
    await toy.process(*batch, record(payment(2)))
    assert len(toy.take("dossier.paid")) == 1
