"""A transaction of MongoDB that a dead process left open ends with the next save of its heir."""

from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest
from pymongo.errors import OperationFailure

from chassis.runtime.store.mongo import MongoStore
from tests.integration.stores.documents import document, event, saved, stored


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
