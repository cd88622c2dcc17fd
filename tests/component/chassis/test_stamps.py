"""When the bus took something in: kept with the fact; of several records the earliest, whoever reads which first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chassis.runtime.loop import Loop
from contracts.claims import IntakeSubmitted
from contracts.envelope import AnyEvent
from tests.component.chassis.toy import START, Record, Seen, Toy, payment, record
from tests.component.chassis.toy import evolve as plain

SECOND = timedelta(seconds=1)
"""Between two records of the bus."""


def evolve(seen: Seen, event: AnyEvent) -> Seen:
    """As the toy does; its state tells of stamps too."""
    if isinstance(event.data, IntakeSubmitted):
        event = event.model_copy(update={"dataschema": str(event.taken_in)})
    return plain(seen, event)


def stamped() -> Toy:
    toy = Toy()
    toy.service = replace(toy.service, folds=dict.fromkeys(toy.service.folds, evolve))
    return another(toy)


def another(toy: Toy) -> Toy:
    """Another instance of the same service: it has kept nothing."""
    toy.loop = Loop(toy.service, toy.store, toy.publish)
    return toy


def taken(at: datetime, number: int = 1, **more: Any) -> Record:
    return record(payment(number), timestamp=int(at.timestamp() * 1000), **more)


def told(toy: Toy) -> list[str]:
    """The stamps in the state, which is that of all facts folded anew."""
    doc = toy.store.documents["D.1"]
    assert doc.state == toy.service.dump(toy.service.fold(doc.events))
    return [one["dataschema"] for one in doc.state["payments"]]


async def test_the_fold_knows_when_the_bus_took_a_fact_in() -> None:
    toy = stamped()
    await toy.process(taken(START + SECOND))
    assert told(toy) == [str(START + SECOND)]


async def test_a_repeat_that_was_taken_in_later_changes_nothing() -> None:
    toy = stamped()
    await toy.process(taken(START), taken(START + SECOND))
    await another(toy).process(taken(START + 2 * SECOND))
    assert told(toy) == [str(START)]
    assert toy.store.documents["D.1"].version == 1


async def test_a_repeat_on_another_partition_that_was_taken_in_earlier_counts() -> None:
    toy = stamped()
    await toy.process(taken(START + SECOND))
    await toy.process(taken(START, partition=1))
    assert told(toy) == [str(START)]
    await another(toy).process(taken(START + 3 * SECOND, 2))
    assert sorted(told(toy)) == [str(START), str(START + 3 * SECOND)]


async def test_so_does_one_in_the_same_batch() -> None:
    toy = stamped()
    await toy.process(taken(START + SECOND), taken(START, partition=1), taken(START, 2))
    assert sorted(told(toy)) == [str(START), str(START)]


async def test_what_follows_from_a_repeat_is_published_again_however_it_was_stamped() -> None:
    toy = stamped()
    await toy.process(taken(START + SECOND))
    first = toy.take("dossier.paid")
    await toy.process(taken(START, partition=1))
    assert toy.take("dossier.paid") == first


def test_a_replay_takes_the_earliest_stamp_whichever_record_it_reads_first() -> None:
    toy = stamped()
    one, other = (payment(1).take_in(at) for at in (START + SECOND, START))
    folded = [toy.service.dump(toy.service.fold(facts)) for facts in ((one, other), (other, one))]
    assert folded[0] == folded[1]
    assert folded[0]["payments"][0]["dataschema"] == str(START)


def test_a_record_of_other_content_stamps_nothing() -> None:
    toy = stamped()
    other = payment(2).model_copy(update={"id": payment(1).id}).take_in(START)
    state = toy.service.fold([payment(1).take_in(START + SECOND), other])
    assert [one.dataschema for one in state.payments] == [str(START + SECOND)]
