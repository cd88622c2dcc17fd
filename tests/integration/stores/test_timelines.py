"""Both stores keep how far each timeline is, for all instances, and a clock never goes back."""

from datetime import timedelta

from chassis.core.stream_time import Timeline, Told
from chassis.runtime.store.protocol import Store
from tests.integration.stores.documents import NOW, SECOND


async def test_a_clock_never_goes_back(store: Store) -> None:
    for now in (NOW, NOW + SECOND, NOW - SECOND):
        await store.acted("history", {2: now})
    assert await store.clocks([2]) == {("history", 2): NOW + SECOND}


async def test_every_timeline_has_its_clock_on_every_partition(store: Store) -> None:
    await store.acted("history", {1: NOW})
    await store.acted("history", {2: NOW + SECOND})
    await store.acted("other", {2: NOW})
    assert await store.clocks([2, 3]) == {("history", 2): NOW + SECOND, ("other", 2): NOW}
    assert await store.clocks([]) == {}


async def test_what_is_told_of_a_timeline_is_there_for_all_instances(store: Store) -> None:
    exact = NOW + timedelta(microseconds=1)
    await store.hear([Told("history", exact), Told("history", NOW + SECOND), Told("history", NOW, "intake")])
    await store.hear([Told("history", exact), Told("history", NOW - SECOND, "intake"), Told("other", NOW)])
    await store.digested("history", {0: exact, 1: NOW})
    await store.digested("history", {0: NOW})
    await store.acted("history", {0: exact})
    assert await store.timeline("history") == Timeline(
        ticks=frozenset({exact, NOW + SECOND}),
        passed={"intake": NOW},
        digested={0: exact, 1: NOW},
        acted={0: exact},
    )
    assert await store.timeline("never told") == Timeline()
    assert await store.open_timelines() == {"history", "other"}


async def test_what_is_passed_on_is_not_kept(store: Store) -> None:
    await store.hear([Told("history", NOW), Told("history", NOW + SECOND), Told("other", NOW)])
    await store.passed_on("history", NOW)
    assert (await store.timeline("history")).ticks == {NOW + SECOND}
    await store.passed_on("history", NOW + SECOND)
    await store.passed_on("history", NOW)
    assert await store.timeline("history") == Timeline(passed_on=NOW + SECOND)
    assert await store.open_timelines() == {"other"}
