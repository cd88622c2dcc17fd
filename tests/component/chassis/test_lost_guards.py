"""Another instance was faster: whoever loses the guard decides again and overwrites nothing."""

from tests.component.chassis.crashing import beaten_by
from tests.component.chassis.toy import (
    application,
    payment,
    record,
)


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
