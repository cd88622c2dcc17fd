"""Both stores know what is due, in one order, and move a timer without touching anything else."""

from datetime import timedelta

from chassis.runtime.store.protocol import Store
from tests.integration.stores.documents import NOW, SECOND, document, due, saved, stored


async def test_the_most_urgent_is_due_first(store: Store) -> None:
    await saved(store, *(document(f"D.{n}", due=NOW - n * SECOND) for n in (3, 1, 5, 2, 4)))
    assert await due(store) == ["D.5", "D.4", "D.3", "D.2", "D.1"]
    assert await due(store, limit=2) == ["D.5", "D.4"]


async def test_what_is_due_now_is_due_and_what_is_due_later_is_not(store: Store) -> None:
    later = timedelta(milliseconds=1)
    await saved(store, document("now", due=NOW), document("later", due=NOW + later), document("never"))
    assert await due(store) == ["now"]


async def test_only_owned_partitions_are_due(store: Store) -> None:
    await saved(store, *(document(f"D.{n}", partition=n, due=NOW + n * SECOND - 9 * SECOND) for n in range(4)))
    assert await due(store, partitions=(1, 3)) == ["D.1", "D.3"]
    assert await due(store, partitions=()) == []


async def test_only_one_timeline_is_due(store: Store) -> None:
    await saved(store, document("D.1", due=NOW), document("D.2", due=NOW, timeline="history"))
    assert await due(store, timeline="history") == ["D.2"]


async def test_a_timer_moves_with_what_is_unsent_and_changes_nothing_else(store: Store) -> None:
    doc = document("D.1", due=NOW, unsent=1)
    await saved(store, doc)
    before = vars(await stored(store))
    moved = await stored(store)
    moved.due, moved.timeline, moved.unsent, moved.state = NOW + SECOND, "history", None, {"other": 1}
    await store.move_due([moved])
    assert vars(await stored(store)) == {**before, "due": NOW + SECOND, "timeline": "history", "unsent": None}


async def test_a_timer_does_not_move_under_whoever_was_faster(store: Store) -> None:
    await saved(store, document("D.1", due=NOW), document("D.2", due=NOW))
    mine = [await stored(store, "D.1"), await stored(store, "D.2")]
    await saved(store, await stored(store, "D.1"))
    for doc in mine:
        doc.due = None
    await store.move_due(mine)
    assert await due(store) == ["D.1"]


async def test_what_is_due_at_one_moment_has_an_order(store: Store) -> None:
    await saved(store, *(document(key, due=NOW) for key in ("D.3", "D.1", "D.2")))
    assert await due(store, limit=2) == ["D.1", "D.2"]
    assert await due(store) == ["D.1", "D.2", "D.3"]
