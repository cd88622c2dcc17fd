"""A batch is begun while the one before it is published: what both have goes in order, and so do commits."""

import pytest

from chassis.runtime import loop
from chassis.runtime.loop import CHUNKS_AT_ONCE
from tests.component.chassis.overlapping.by_hand import Held, Instance, a_while, after, until
from tests.component.chassis.toy import payment, raw, record


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
