"""Two batches are at work when the process stops, its partitions go, or somebody waits for rest."""

import asyncio
from contextlib import suppress

import pytest

from chassis.runtime.bus import subscription as bus
from tests.component.chassis.overlapping.by_hand import PLACE, Held, Instance, a_while, after, left, until
from tests.component.chassis.toy import payment, record


async def test_nothing_is_begun_when_the_process_is_about_to_end(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    instance.give_up()
    dropped = instance.give(record(payment(dossier="D.2")))
    await a_while()
    assert not dropped.done()
    toy.release()
    await dropped
    assert (toy.said, len(instance.commits)) == (["D.1"], 1)


async def test_stopping_finishes_and_commits_both(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1", "D.2"}
    one, two = record(payment()), record(payment(dossier="D.2"))
    await instance.give(one)
    instance.give(two)
    stopping = asyncio.create_task(instance.stop())
    await a_while()
    assert not left(instance)
    toy.release()
    await stopping
    assert instance.commits == [after(one), after(two)]
    assert left(instance)


async def test_what_does_not_end_in_time_is_cut_off_and_not_committed(
    toy: Held, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "REVOKE_SECONDS", 0.01)
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    instance.give(record(payment(dossier="D.2")))
    await instance.stop()
    assert (instance.busy, instance.commits, left(instance)) == (False, [], True)


async def test_a_rebalance_waits_for_both(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1", "D.2"}
    one, two = record(payment()), record(payment(dossier="D.2"))
    await instance.give(one)
    instance.give(two)
    await a_while()
    revoked = asyncio.create_task(instance.on_partitions_revoked([PLACE]))
    await a_while()
    assert instance.owned
    toy.release()
    await revoked
    assert instance.commits == [after(one), after(two)]
    assert not instance.owned


async def test_what_outlives_its_assignment_is_not_committed_and_nothing_is_begun_beside_it(
    toy: Held, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "REVOKE_SECONDS", 0.01)
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    await instance.on_partitions_revoked([PLACE])
    await instance.on_partitions_assigned([PLACE])
    again = record(payment(dossier="D.2"))
    given = instance.give(again)
    await a_while()
    assert toy.said == []
    toy.release()
    await given
    await until(lambda: not instance.busy)
    assert (toy.said, instance.commits) == (["D.1", "D.2"], [after(again)])


async def test_what_was_read_before_its_partition_was_taken_away_is_not_begun(toy: Held, instance: Instance) -> None:
    async with instance.at_rest():
        given = instance.give(record(payment()))
        await a_while()
        instance.owned = frozenset()
    await given
    await a_while()
    assert (toy.said, instance.commits) == ([], [])


async def test_at_rest_nothing_is_at_work_and_nothing_is_begun(toy: Held, instance: Instance) -> None:
    toy.held = {"D.1"}
    await instance.give(record(payment()))
    with suppress(TimeoutError):
        async with asyncio.timeout(0.01), instance.at_rest():
            raise AssertionError("it is not at rest")
    toy.release()
    async with instance.at_rest():
        assert toy.said == ["D.1"]
        instance.give(record(payment(dossier="D.2")))
        await a_while()
        assert toy.said == ["D.1"]
    await until(lambda: toy.said == ["D.1", "D.2"])
