"""A process may die while it carries out effects: they are carried out again until an outcome is on record."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from typing_extensions import override

from chassis.core.decision import Decision
from contracts import claims
from tests.component.chassis.crashing import crash
from tests.component.chassis.toy import (
    HOUR,
    START,
    TOY,
    DownError,
    Toy,
    claim,
    decide,
    record,
)


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
