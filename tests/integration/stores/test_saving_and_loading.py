"""Both stores give back what was saved: whatever the loop may rely on in memory is true of MongoDB, and vice versa."""

from datetime import timedelta

from chassis.core.document import MAX_CHARACTERS, Document
from chassis.runtime.store.protocol import Store
from contracts.envelope import AnyEvent
from contracts.topics import read_event
from tests.integration.stores.documents import NOW, document, event, saved, stored


async def test_what_was_saved_is_loaded(store: Store) -> None:
    doc = document("D.1", 1, 2, partition=4, due=NOW, timeline="history", unsent=1)
    await saved(store, doc)
    assert vars(await stored(store)) == vars(doc)
    assert doc.version == 1


async def test_only_what_exists_is_loaded(store: Store) -> None:
    await saved(store, document("D.1"), document("D.2"))
    assert set(await store.load(["D.2", "D.3"])) == {"D.2"}
    assert await store.load([]) == {}


async def test_saving_nothing_is_fine(store: Store) -> None:
    assert await store.save([]) == set()
    await store.move_due([])


async def test_a_fact_comes_back_byte_for_byte(store: Store) -> None:
    text = event(officer="Nguyễn-\U0001f600").to_json().replace('"data":', '"unknown":  [1.0, 1e3, null],\n"data" :')
    doc = Document("D.1")
    doc.add(read_event("agency.reported", text.encode()), text, own=False)
    await saved(store, doc)
    (fact,) = (await stored(store)).facts.values()
    assert fact.raw == text
    assert fact.event == read_event("agency.reported", text.encode())


async def test_who_signed_a_fact_and_how_is_kept_beside_it(store: Store) -> None:
    doc = Document("D.1")
    doc.add(event(1).keep_signature("a-kid", "e30..AA"), event(1).to_json(), own=False)
    doc.add(event(2), event(2).to_json(), own=False)
    await saved(store, doc)
    facts = (await stored(store)).facts.values()
    kept = {fact.event.id: (fact.event.signed_by, fact.event.signature) for fact in facts}
    assert kept == {event(1).id: ("a-kid", "e30..AA"), event(2).id: ("", "")}


async def test_a_fact_keeps_the_moment_the_bus_took_it_in(store: Store) -> None:
    doc = Document("D.1")
    doc.add(event(1).take_in(NOW), event(1).to_json(), own=False)
    doc.add(event(2), event(2).to_json(), own=True)
    await saved(store, doc)
    found = {fact.event.id: fact.event.taken_in for fact in (await stored(store)).facts.values()}
    assert found == {event(1).id: NOW, event(2).id: None}


async def test_of_a_fact_that_was_taken_in_earlier_than_was_known_the_earlier_moment_is_kept(store: Store) -> None:
    doc, before = Document("D.1"), NOW - timedelta(seconds=1)
    doc.add(event(1).take_in(NOW), event(1).to_json(), own=False)
    await saved(store, doc)
    again = await stored(store)
    assert again.restamp(event(1), before)
    await saved(store, again)
    (fact,) = (await stored(store)).facts.values()
    assert (fact.event.taken_in, fact.version, (await stored(store)).fact_versions) == (
        before,
        1,
        {event(1).identity: 1},
    )


async def test_facts_keep_the_save_that_brought_them_and_the_one_that_caused_them(store: Store) -> None:
    await saved(store, document("D.1", 1))
    again = await stored(store)
    again.add(event(2), event(2).to_json(), own=True, cause=1)
    await saved(store, again)
    found = {fact.event.id: (fact.version, fact.cause, fact.own) for fact in (await stored(store)).facts.values()}
    assert found == {event(1).id: (1, 1, False), event(2).id: (2, 1, True)}


async def test_what_is_loaded_is_a_copy(store: Store) -> None:
    await saved(store, document())
    mine = await stored(store)
    mine.state["said"].append("ba")
    mine.facts.clear()
    mine.due = NOW
    assert vars(await stored(store)) == vars(await stored(store)) != vars(mine)


async def test_what_was_saved_is_a_copy(store: Store) -> None:
    doc = document()
    await saved(store, doc)
    doc.state["said"].append("ba")
    assert (await stored(store)).state["said"] == ["một", "hai"]


async def test_a_document_as_large_as_the_loop_allows_is_kept(store: Store) -> None:
    doc = Document("D.1", state={"said": "ế" * MAX_CHARACTERS})
    for number in range(12):
        text = event(number).to_json().replace('"data":', f'"unknown":"{"ế" * (MAX_CHARACTERS // 12 - 700)}","data":')
        doc.add(read_event_unchecked(text), text, own=False)
    assert doc.characters <= MAX_CHARACTERS
    await saved(store, doc)
    assert (await stored(store)).characters == doc.characters


async def test_a_batch_too_large_for_one_transaction_is_saved_all_the_same(store: Store) -> None:
    large = {"said": "ế" * (MAX_CHARACTERS // 2)}
    docs = [document(f"D.{n}") for n in range(20)]
    for doc in docs:
        doc.state = large
    await saved(store, *docs)
    assert {doc.version for doc in (await store.load([f"D.{n}" for n in range(20)])).values()} == {1}


def read_event_unchecked(text: str) -> AnyEvent:
    """Larger than one record may be: only all together count here."""
    from contracts.topics import reader  # noqa: PLC0415

    return reader("agency.reported").validate_json(text)


async def test_state_keys_may_be_anything_that_claims_may_say(store: Store) -> None:
    state = {"attributes": {"a.b": 1, "$x": True, "tuổi người mẹ": "hai mươi", "": 10**12}}
    doc = document()
    doc.state = state
    await saved(store, doc)
    again = await stored(store)
    assert again.state == state
    await saved(store, again)
    assert (await stored(store)).state == state
