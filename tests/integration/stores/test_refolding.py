"""Both stores find the documents that other code folded, and take their new states under the same guard."""

from datetime import timedelta

from chassis.core.decision import ReportRow
from chassis.runtime.store.protocol import Store
from tests.integration.stores.documents import NOW, document, event, lines, saved, stored


async def test_outdated_are_those_that_other_versions_folded_by_key_and_in_pages(store: Store) -> None:
    old = [document(f"D.{n}", code="toy 1") for n in range(3)]
    await saved(store, *old, document("D.3", code="toy 2"), document("D.4", code="toy 3"))
    assert await store.outdated("toy 2", "", 10) == ["D.0", "D.1", "D.2", "D.4"]
    assert await store.outdated("toy 2", "", 2) == ["D.0", "D.1"]
    assert await store.outdated("toy 2", "D.1", 10) == ["D.2", "D.4"]
    assert [await store.count_outdated(code) for code in ("toy 1", "toy 2", "toy 4")] == [2, 4, 5]


async def test_put_states_writes_what_folding_anew_changes_and_nothing_else(store: Store) -> None:
    old = document(
        "D.1", 1, 2, code="toy 1", due=NOW, unsent=1, fold_position="a", report_row=ReportRow("live|2026-03-01", "old")
    )
    await saved(store, old)
    before, folded = vars(await stored(store)), await stored(store)
    folded.state, folded.code, folded.fold_position, folded.own_fold_position = {"phase": "ended"}, "toy 2", "b", "c"
    folded.home, folded.report_row, folded.unsent = "mine", ReportRow("live|2026-03-02", "new"), None
    folded.due = NOW - timedelta(hours=1)
    assert await store.put_states([folded]) == set()
    changes = {
        "state": {"phase": "ended"},
        "code": "toy 2",
        "fold_position": "b",
        "own_fold_position": "c",
        "home": "mine",
        "due": NOW - timedelta(hours=1),
    }
    assert vars(await stored(store)) == {**before, **changes}
    assert await lines(store) == {"new"}


async def test_put_states_loses_to_every_save_since_the_load(store: Store) -> None:
    await saved(store, document("D.1", code="toy 1"), document("D.2", code="toy 1"))
    loaded = await store.load(["D.1", "D.2"], with_history=True)
    newer = await stored(store)
    newer.add(event(2), event(2).to_json(), own=True)
    newer.report_row = ReportRow("live|2026-03", "newer")
    await saved(store, newer)
    for doc in loaded.values():
        doc.state, doc.code, doc.report_row = {"phase": "ended"}, "toy 2", ReportRow("live|2026-03", doc.key)
    assert await store.put_states(list(loaded.values())) == {"D.1"}
    assert (await stored(store)).state == newer.state
    assert (await stored(store, "D.2")).state == {"phase": "ended"}
    assert await lines(store) == {"newer", "D.2"}
    assert await store.put_states([]) == set()


async def test_whoever_loaded_a_document_before_put_states_still_saves_it(store: Store) -> None:
    await saved(store, document("D.1", code="toy 1"))
    loaded, folded = await stored(store), await stored(store)
    folded.state, folded.code = {"phase": "ended"}, "toy 2"
    assert await store.put_states([folded]) == set()
    loaded.add(event(2), event(2).to_json(), own=True)
    await saved(store, loaded)
    assert ((await stored(store)).code, len((await stored(store)).facts)) == ("toy 1", 2)
