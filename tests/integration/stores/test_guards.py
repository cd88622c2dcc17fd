"""Both stores save a document only over the version that was loaded, whoever else saves at the same time."""

import asyncio

from chassis.runtime.store.protocol import Store
from tests.integration.stores.documents import document, event, saved, stored


async def test_a_new_document_is_new_only_once(store: Store) -> None:
    first, second = document("D.1", 1), document("D.1", 2)
    await saved(store, first)
    assert await store.save([second]) == {"D.1"}
    assert (first.version, second.version) == (1, 0)
    assert set((await stored(store)).facts) == set(first.facts)


async def test_a_stale_version_loses_and_changes_nothing(store: Store) -> None:
    await saved(store, document())
    mine, theirs = await stored(store), await stored(store)
    for number, doc in ((2, theirs), (3, mine)):
        doc.add(event(number), event(number).to_json(), own=False)
        doc.state = {"by": number}
    await saved(store, theirs)
    assert await store.save([mine]) == {"D.1"}
    assert (mine.version, theirs.version) == (1, 2)
    assert vars(await stored(store)) == vars(theirs)


async def test_a_document_that_was_never_stored_can_not_be_updated(store: Store) -> None:
    assert await store.save([document("D.1", version=3)]) == {"D.1"}
    assert await store.load(["D.1"]) == {}


async def test_some_of_a_batch_may_lose_and_the_others_win(store: Store) -> None:
    await saved(store, *(document(f"D.{n}") for n in range(4)))
    mine = [await stored(store, f"D.{n}") for n in range(4)]
    await saved(store, *((await store.load(["D.1", "D.2"])).values()))
    batch = [document("D.0"), *mine[1:], document("D.5")]
    assert await store.save(batch) == {"D.0", "D.1", "D.2"}
    assert [doc.version for doc in batch] == [0, 1, 1, 2, 1]
    assert {key: doc.version for key, doc in (await store.load([f"D.{n}" for n in range(6)])).items()} == {
        "D.0": 1,
        "D.1": 2,
        "D.2": 2,
        "D.3": 2,
        "D.5": 1,
    }


async def test_of_many_at_once_one_wins(store: Store) -> None:
    await saved(store, document())
    rivals = [await stored(store) for _ in range(8)]
    for number, rival in enumerate(rivals):
        rival.add(event(number + 10), event(number + 10).to_json(), own=False)
    lost = await asyncio.gather(*(store.save([rival]) for rival in rivals))
    assert sorted(map(len, lost)) == [0] + [1] * 7
    assert len((await stored(store)).facts) == 2
