import gc
import weakref

import pytest

from chassis.runtime.in_flight import BehindError, InFlightBatch


def at_work(*keys: str, before: InFlightBatch | None = None) -> InFlightBatch:
    batch = InFlightBatch(predecessor=before)
    batch.keys = set(keys)
    return batch


def test_only_what_the_batch_before_has_waits() -> None:
    second = at_work("D.1", "D.2", before=at_work("D.1"))
    assert (second.waits_for("D.1"), second.waits_for("D.2")) == (True, False)


def test_everything_waits_for_a_batch_that_may_have_any_document() -> None:
    assert InFlightBatch(predecessor=InFlightBatch()).waits_for("D.1")


async def test_nothing_waits_for_a_batch_that_is_done() -> None:
    first = at_work("D.1")
    second = at_work("D.1", before=first)
    first.end(done=True)
    await second.predecessor_done()
    assert not second.waits_for("D.1")


async def test_what_waits_for_a_batch_that_was_given_up_never_goes() -> None:
    first = at_work("D.1")
    second = at_work("D.1", before=first)
    first.end(done=False)
    assert second.waits_for("D.1")
    with pytest.raises(BehindError):
        await second.predecessor_done()


def test_who_has_ended_keeps_nobody_in_memory() -> None:
    first = at_work("D.1")
    second, gone = at_work("D.1", before=first), weakref.ref(first)
    second.end(done=True)
    del first
    gc.collect()
    assert gone() is None
