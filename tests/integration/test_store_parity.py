"""One suite for both stores: whatever the loop may rely on in memory is true of MongoDB, and the other way round."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from chassis.core.decision import ReportRow
from chassis.core.document import MAX_CHARACTERS, Document
from chassis.core.stream_time import Timeline, Told
from chassis.runtime.settings import Settings
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.store.mongo import MongoStore
from chassis.runtime.store.protocol import Store
from contracts.claims import AgencyReported, FinishedStep
from contracts.envelope import AnyEvent, new_event
from contracts.topics import read_event

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["memory", pytest.param("mongo", marks=pytest.mark.stack)])
def settings_if_mongo(request: pytest.FixtureRequest) -> Settings | None:
    return request.getfixturevalue("settings") if request.param == "mongo" else None


@pytest.fixture
async def store(settings_if_mongo: Settings | None) -> AsyncIterator[Store]:
    if settings_if_mongo is None:
        yield MemoryStore()
        return
    opened = MongoStore(settings_if_mongo.mongo_for("sla"), settings_if_mongo.database_prefix + "parity")
    await opened.prepare(("phase",))
    yield opened
    opened.close()


def event(number: int = 1, officer: str = "H29.cán-bộ-1") -> AnyEvent:
    data = AgencyReported(agency="H29", officer=officer, claim=FinishedStep(step="verify"))
    return new_event(data, source="/agency/H29", subject="D.1", time=NOW, correlationid="c", unique=(number,))


def document(key: str = "D.1", *numbers: int, **fields: Any) -> Document:
    doc = Document(key, state={"phase": "open", "said": ["một", "hai"]}, **fields)
    for number in numbers or (1,):
        doc.add(event(number), event(number).to_json(), own=number % 2 == 0)
    return doc


async def stored(store: Store, key: str = "D.1") -> Document:
    return (await store.load([key], with_history=True))[key]


async def saved(store: Store, *documents: Document) -> None:
    assert await store.save(documents) == set()


async def due(store: Store, limit: int = 100, partitions: Sequence[int] = (0,), timeline: str = "live") -> list[str]:
    return await store.due(partitions, timeline, NOW, limit)


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
    assert again.restamp(event(1).identity, before)
    await saved(store, again)
    (fact,) = (await stored(store)).facts.values()
    assert (fact.event.taken_in, fact.version, (await stored(store)).known) == (before, 1, {event(1).identity: 1})


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


async def test_numbers_begin_at_one_and_have_no_gap(store: Store) -> None:
    assert await store.allot("day", ["a", "b"]) == {"a": 1, "b": 2}
    assert await store.allot("day", ["c"]) == {"c": 3}
    assert await store.allot("other day", ["c"]) == {"c": 1}


async def test_a_holder_keeps_its_number(store: Store) -> None:
    await store.allot("day", ["a", "b"])
    assert await store.allot("day", ["b", "c", "b", "a"]) == {"a": 1, "b": 2, "c": 3}


async def test_callers_at_the_same_time_get_different_numbers(store: Store) -> None:
    wanted = [[f"{n}.{m}" for m in range(n % 3 + 1)] for n in range(12)]
    given = await asyncio.gather(*(store.allot("day", holders) for holders in wanted))
    numbers = [number for one in given for number in one.values()]
    assert sorted(numbers) == list(range(1, sum(map(len, wanted)) + 1))


async def test_one_holder_asking_many_times_at_once_gets_one_number(store: Store) -> None:
    given = await asyncio.gather(*(store.allot("day", ["a", f"b{n % 2}"]) for n in range(8)))
    assert len({one["a"] for one in given}) == 1
    assert await store.allot("day", ["new"]) == {"new": 4}


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


async def test_what_is_due_at_one_moment_has_an_order(store: Store) -> None:
    await saved(store, *(document(key, due=NOW) for key in ("D.3", "D.1", "D.2")))
    assert await due(store, limit=2) == ["D.1", "D.2"]
    assert await due(store) == ["D.1", "D.2", "D.3"]


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


async def lines(store: Store, first: str = "live|2026-01", last: str = "live|2026-12") -> set[str]:
    found = {text async for page in store.report_rows(first, last) for text in page}
    assert {text async for page in store.report_rows(first, last, most=True) for text in page} == found
    return found


async def test_a_line_is_found_by_the_range_its_place_lies_in(store: Store) -> None:
    months = ("2025-12", "2026-01", "2026-12", "2027-01")
    await saved(store, *(document(f"D.{month}", report_row=ReportRow(f"live|{month}", month)) for month in months))
    await saved(store, document("D.other", report_row=ReportRow("history|2026-01", "other")), document("D.none"))
    assert await lines(store) == {"2026-01", "2026-12"}
    assert await lines(store, "history|0000-01", "history|9999-12") == {"other"}


async def test_a_line_is_replaced_by_the_next_save_that_has_one(store: Store) -> None:
    doc = document(report_row=ReportRow("live|2026-01", "first"))
    await saved(store, doc)
    assert doc.report_row is None
    doc.add(event(2), event(2).to_json(), own=False)
    await saved(store, doc)
    assert await lines(store) == {"first"}
    doc.add(event(3), event(3).to_json(), own=False)
    doc.report_row = ReportRow("live|2026-02", "second")
    await saved(store, doc)
    assert await lines(store) == {"second"}
    assert await lines(store, "live|2026-01", "live|2026-01") == set()


async def test_who_loses_writes_no_line(store: Store) -> None:
    winner, loser = (document("D.1", n, report_row=ReportRow("live|2026-01", f"{n}")) for n in (1, 2))
    await saved(store, winner)
    assert await store.save([loser, document("D.2", 1, report_row=ReportRow("live|2026-01", "3"))]) == {"D.1"}
    assert await lines(store) == {"1", "3"}


async def test_there_are_no_lines_in_an_empty_store(store: Store) -> None:
    assert await lines(store) == set()


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


@pytest.fixture
async def server(settings: Settings) -> AsyncIterator[Callable[[str], MongoStore]]:
    """Opens stores at one server: processes of one service, and of others."""
    opened: list[MongoStore] = []

    def open_one(name: str) -> MongoStore:
        opened.append(MongoStore(settings.mongo_for("sla"), settings.database_prefix + name))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.mark.stack
async def test_a_transaction_that_a_dead_process_left_open_is_ended_and_no_other_program_s(
    server: Callable[[str], MongoStore],
) -> None:
    dead, stranger, heir = server("sla"), server("stranger"), server("sla")
    await heir.prepare()
    await saved(heir, document())
    await stranger.documents.insert_one({"_id": "theirs", "n": 0})
    async with AsyncExitStack() as unfinished:
        left = await unfinished.enter_async_context(dead._writer._sessions.open())
        left.start_transaction()
        await dead.documents.update_one({"_id": "D.1"}, {"$set": {"unsent": 7}}, session=left)
        theirs = await unfinished.enter_async_context(await stranger._client.start_session())
        theirs.start_transaction()
        await stranger.documents.update_one({"_id": "theirs"}, {"$set": {"n": 1}}, session=theirs)
        changed = await stored(heir)
        changed.add(event(2), event(2).to_json(), own=True)
        await saved(heir, changed)
        await theirs.commit_transaction()
        with pytest.raises(OperationFailure):
            await left.commit_transaction()
    assert (await stranger.documents.find_one({"_id": "theirs"}))["n"] == 1
    assert (await stored(heir)).version == 2


@pytest.mark.stack
async def test_a_session_is_noted_once_and_not_at_every_save(server: Callable[[str], MongoStore]) -> None:
    store = server("notes")
    await store.prepare()
    for number in range(5):
        await saved(store, document(f"D.{number}"))
    assert await store.database.sessions.count_documents({}) == 1
