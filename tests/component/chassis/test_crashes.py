"""A process may die anywhere: what it had saved goes out again, same id, same bytes, never under two names."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from typing_extensions import override

from chassis.core.decision import Decision
from chassis.runtime.store.memory import MemoryStore
from contracts import claims
from tests.component.chassis.toy import (
    HOUR,
    START,
    TOY,
    DownError,
    Toy,
    application,
    claim,
    decide,
    payment,
    record,
    withdrawal,
)


async def crash(toy: Toy, place: str, *batch: Any) -> None:
    toy.fails_at.add(place)
    with pytest.raises(DownError):
        await toy.process(*batch)


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


class Beaten(MemoryStore):
    """Another instance saves the same documents just before the first save here."""

    rival: Toy
    rivals: list[Any]

    @override
    async def save(self, documents: Any) -> set[str]:
        rivals, self.rivals = self.rivals, []
        if rivals:
            await self.rival.process(*rivals)
        return await super().save(documents)


def beaten_by(*rivals: Any) -> Toy:
    store = Beaten()
    store.rivals, store.rival = list(rivals), Toy(store=store)
    return Toy(store=store)


async def test_whoever_loses_the_guard_decides_again_and_overwrites_nothing() -> None:
    toy = beaten_by(record(payment(1)))
    tally = await toy.process(record(payment(2)))
    doc = toy.store.documents["D.1"]
    assert (doc.version, tally.conflicts, len(doc.facts)) == (2, 1, 4)
    assert len(toy.take("dossier.paid")) == 1


async def test_an_instance_that_does_the_same_work_at_the_same_time_says_the_same_bytes() -> None:
    batch = [record(payment(1)), record(application())]
    toy = beaten_by(*batch)
    await toy.process(*batch)
    assert toy.take() == toy.store.rival.take()


async def test_a_bad_record_is_one_dead_letter_however_often_the_guard_is_lost() -> None:
    first = payment()
    other = record(first.model_copy(update={"data": payment(2).data}))
    toy = beaten_by(record(first))
    tally = await toy.process(record(first), other, record(payment(3)))
    assert (tally.conflicts, tally.dead, len(toy.letters())) == (1, 1, 1)


async def test_one_lost_guard_does_not_hold_up_the_other_dossiers() -> None:
    toy = beaten_by(record(payment(1)))
    await toy.process(record(payment(2)), record(payment(2, "D.2")))
    assert len(toy.take("dossier.paid")) == 2
    assert toy.store.documents["D.2"].version == 1


async def test_an_effect_is_carried_out_again_if_its_outcome_was_not_saved(toy: Toy) -> None:
    batch = [record(claim(claims.Collection(channel="counter")))]
    await crash(toy, "after perform", *batch)
    await toy.process(*batch)
    assert toy.performed == ["0", "0"]
    assert len(toy.take("notification.sent")) == 1


def one_at_a_time(seen: Any, now: datetime) -> Decision:
    """The outcome of each effect orders the next one."""
    decision = decide(seen, now)
    return replace(decision, effects=decision.effects[:1])


class DiesAfterItsSecondEffect(Toy):
    @override
    async def perform(self, effects: Any) -> Any:
        outcomes = await super().perform(effects)
        if len(self.performed) == 2:
            self.fails_at.add("before publish")
        return outcomes


async def test_an_outcome_that_another_outcome_led_to_goes_out_when_the_batch_comes_again() -> None:
    toy = DiesAfterItsSecondEffect(service=replace(TOY, decide=one_at_a_time))
    batch = [record(claim(claims.Collection(channel=channel))) for channel in ("counter", "post")]
    with pytest.raises(DownError):
        await toy.process(*batch)
    await toy.process(*batch)
    assert toy.performed == ["0", "1"]
    assert len(set(toy.take("notification.sent"))) == 2


async def test_an_effect_that_an_outcome_led_to_is_carried_out_though_others_have_committed_the_batch() -> None:
    toy = Toy(service=replace(TOY, decide=one_at_a_time))
    batch = [record(claim(claims.Collection(channel=channel))) for channel in ("counter", "post")]
    perform = toy.perform

    async def dies_before_the_second(effects: Any) -> Any:
        if toy.performed == ["0"]:
            raise DownError
        return await perform(effects)

    toy.loop.service = replace(toy.service, perform=dies_before_the_second)
    with pytest.raises(DownError):
        await toy.process(*batch)
    toy.loop.service = toy.service
    await toy.sweep(START + HOUR)  # the batch does not come again
    assert toy.performed == ["0", "1"]
    assert len(set(toy.take("notification.sent"))) == 2
    assert toy.store.documents["D.1"].unsent is None


async def test_an_effect_whose_outcome_is_on_record_is_not_carried_out_again(toy: Toy) -> None:
    batch = [record(claim(claims.Collection(channel="counter")))]
    await toy.process(*batch)
    first = toy.take("notification.sent")
    await toy.process(*batch)
    assert toy.performed == ["0"]
    assert toy.take("notification.sent") == first


async def test_an_outcome_that_was_saved_and_not_published_goes_out_with_the_cause(toy: Toy) -> None:
    batch = [record(claim(claims.Collection(channel="counter")))]
    await crash(toy, "before publish", *batch)
    await toy.process(*batch)
    assert toy.performed == ["0"]
    assert len(toy.take("notification.sent")) == 1


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


async def test_what_was_saved_goes_out_although_the_dossier_can_not_be_decided_any_more(toy: Toy) -> None:
    batch = [record(payment())]
    await crash(toy, "before publish", *batch)

    def fails(_state: Any, _now: datetime) -> Any:
        raise ValueError("mended tomorrow")

    toy.loop.service = replace(toy.service, decide=fails)
    await toy.process(*batch, record(payment(2)))
    assert len(toy.take("dossier.paid")) == 1


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
