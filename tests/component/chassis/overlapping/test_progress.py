"""What an instance tells of two batches at work: its lag, what it has digested, and whether it fails."""

from datetime import timedelta

from tests.component.chassis.overlapping.by_hand import PLACE, Held, Instance, a_while, until
from tests.component.chassis.toy import START, payment, record


async def test_lag_counts_what_is_at_work_and_what_waits_to_be_begun(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1", "D.2"}
    await instance.give(record(payment()))
    instance.give(record(payment(dossier="D.2")))
    await a_while()
    assert await instance.lags() == {(PLACE.topic, 0): 2}
    toy.release()
    async with instance.at_rest():
        assert await instance.lags() == {(PLACE.topic, 0): 0}
        given = instance.give(record(payment(2)))
        await a_while()
        assert await instance.lags() == {(PLACE.topic, 0): 1}
    await given
    await until(lambda: not instance.busy)
    assert await instance.lags() == {(PLACE.topic, 0): 0}


async def test_what_waits_to_be_begun_is_not_digested(toy: Held, instance: Instance) -> None:
    async with instance.at_rest():
        given = instance.give(record(payment()))
        await a_while()
        assert [await instance.digested() for _ in range(2)] == [False, False]
    await given
    await until(lambda: not instance.busy)
    assert toy.said
    assert await instance.digested()


async def test_the_oldest_attempt_tells_since_when_it_works(toy: Held, instance: Instance) -> None:
    assert instance.working_since is None
    toy.held = {"D.1", "D.2"}
    await instance.give(record(payment()))
    await a_while()
    since = instance.working_since
    instance.give(record(payment(dossier="D.2")))
    await a_while()
    assert since is not None
    assert instance.working_since == since
    toy.release()
    await until(lambda: not instance.busy)
    assert instance.working_since is None


async def test_it_fails_as_long_as_either_does(toy: Held, instance: Instance) -> None:
    toy.down = {"D.1"}
    await instance.give(record(payment()))
    instance.give(record(payment(dossier="D.2", time=START + timedelta(minutes=1))))
    await until(lambda: toy.said == ["D.2"])
    await a_while()
    assert instance.failing
    toy.release()
    await until(lambda: not instance.busy)
    assert not instance.failing
