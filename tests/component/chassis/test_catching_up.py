"""On the live timeline what only time makes true is said by sweeps: what is not read yet may tell that it never was."""

from typing import Any

from contracts import claims
from contracts.envelope import AnyEvent
from tests.component.chassis.toy import HOUR, START, Toy, claim, payment, record, withdrawal

LATER = START + 2 * HOUR
"""The toy warns an hour after a withdrawal; by then a payment says that more time has passed."""


async def read(toy: Toy, *events: AnyEvent) -> None:
    heard = int(LATER.timestamp() * 1000)
    await toy.process(*(record(event, timestamp=heard) for event in events))


def story(**envelope: Any) -> tuple[AnyEvent, AnyEvent]:
    return withdrawal(**envelope), payment(time=LATER, **envelope)


async def test_what_time_made_true_is_said_by_the_sweep_that_follows(toy: Toy) -> None:
    await read(toy, *story())
    assert [message.topic for message in toy.published] == ["dossier.paid"]  # that takes no time
    await toy.sweep(LATER)
    assert len(toy.take("dossier.withdrawn")) == 1


async def test_nobody_is_late_with_a_moment_that_had_passed_when_it_was_told_of(toy: Toy) -> None:
    await read(toy, *story())
    assert toy.store.documents["D.1"].due == LATER
    await read(toy, withdrawal("D.2", time=LATER))
    assert toy.store.documents["D.2"].due == LATER + HOUR


async def test_on_another_timeline_nothing_is_said_before_a_tick(toy: Toy) -> None:
    await read(toy, *story(timeline="history"))
    assert toy.take() == []
    await toy.tick(LATER, "history")
    assert [message.topic for message in toy.published][:2] == ["dossier.paid", "dossier.withdrawn"]


async def test_it_is_not_said_either_when_the_outcome_of_an_effect_comes_back(toy: Toy) -> None:
    await read(toy, *story(), claim(claims.Collection(channel="counter")))
    assert [message.topic for message in toy.published] == ["dossier.paid", "notification.sent"]
    await toy.sweep(LATER)
    assert len(toy.take("dossier.withdrawn")) == 1


async def test_nor_when_the_batch_comes_again(toy: Toy) -> None:
    await read(toy, *story())
    await read(toy, *story())
    assert {message.topic for message in toy.published} == {"dossier.paid"}
