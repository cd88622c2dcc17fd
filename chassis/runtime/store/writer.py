"""A batch of saves is one transaction, under the guard of each document's version."""

from collections.abc import Sequence
from typing import Any

from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError, OperationFailure
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random

from chassis.core.document import Document
from chassis.runtime.store.sessions import Sessions
from chassis.runtime.store.stored import facts_of, head, report_row_of

DUPLICATE_KEY = 11000
CONFLICTS = {DUPLICATE_KEY, 112, 251}
"""Somebody else writes the same documents: duplicate key, write conflict, a transaction that was ended for one."""

TOO_LARGE = "transaction is too large"
"""Part of the server's message when a transaction does not fit into its cache. The code, 388, is not always there."""

RIVALS = 20
"""Attempts at a save while others write the same documents, some 25 ms apart. After that the store counts as down, and
the batch is tried again. Fewer give up on rivals that are nearly done; more hold up the batch for longer."""

PATIENCE = 5
"""The attempt at which the sessions of this service are ended. A rival that is still there may have been killed in the
middle of its transaction. Earlier would end living rivals, which then begin anew; later leaves documents locked."""


class _BeatenError(Exception):
    """A guard did not match, so nothing of this transaction may stay."""


def is_conflict(error: BaseException) -> bool:
    """True if somebody else wrote at the same time. Any other error is a store that is down or refuses."""
    if isinstance(error, BulkWriteError):
        refused = (error.details or {}).get("writeErrors", [])
        return bool(refused) and all(error.get("code") in CONFLICTS for error in refused)
    return isinstance(error, OperationFailure) and error.code in CONFLICTS


class Writer:
    """Writes documents of one service.

    Args:
        client: to the service's server.
        database: the service's own.
    """

    def __init__(self, client: Any, database: Any) -> None:
        self._sessions = Sessions(client, database)
        self._documents = database.documents
        self._facts = database.facts
        self._lines = database.lines

    async def prepare(self) -> None:
        """Make what it needs; harmless again."""
        await self._sessions.prepare()

    async def save(self, documents: Sequence[Document]) -> set[str]:
        """See `Store`."""
        lost: set[str] = set()
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(is_conflict),
            wait=wait_random(0, 0.05),
            stop=stop_after_attempt(RIVALS),
            reraise=True,
        ):
            with attempt:
                if attempt.retry_state.attempt_number == PATIENCE:
                    await self._sessions.end_all()
                await self._save(documents, lost)
        for doc in documents:
            if doc.key not in lost:
                doc.version, doc.report_row, doc.restamped = doc.version + 1, None, set()
        return lost

    async def _save(self, documents: Sequence[Document], lost: set[str]) -> None:
        """Write all that have not lost, all or none; what stands in the way is found out when it did not work."""
        rest = [doc for doc in documents if doc.key not in lost]
        while rest:
            try:
                await self._write(rest)
            except _BeatenError:
                lost |= await self._beaten(rest)
            except (BulkWriteError, OperationFailure) as error:
                if TOO_LARGE in str(error).lower() and len(rest) > 1:
                    await self._save(rest[::2], lost)
                    rest = rest[1::2]
                elif is_conflict(error) and (beaten := await self._beaten(rest)):
                    lost |= beaten
                else:
                    raise
            else:
                return
            rest = [doc for doc in rest if doc.key not in lost]

    async def _write(self, documents: Sequence[Document]) -> None:
        """One transaction: the facts, the new heads, and the old heads whose guards match."""
        new = [head(doc) for doc in documents if doc.version == 0]
        old = [ReplaceOne({"_id": doc.key, "v": doc.version}, head(doc)) for doc in documents if doc.version > 0]
        async with self._sessions.open() as session, session.start_transaction():
            await self._facts.insert_many(list(map(facts_of, documents)), ordered=False, session=session)
            if new:
                await self._documents.insert_many(new, ordered=False, session=session)
            if old:
                result = await self._documents.bulk_write(old, ordered=False, session=session)
                if result.matched_count < len(old):
                    raise _BeatenError
            if lines := [report_row_of(doc, doc.version + 1) for doc in documents if doc.report_row]:
                await self._lines.bulk_write(lines, ordered=False, session=session)

    async def _beaten(self, documents: Sequence[Document]) -> set[str]:
        """Keys of the documents whose stored version is not the one they were read at."""
        found = self._documents.find({"_id": {"$in": [doc.key for doc in documents]}}, {"v": 1})
        versions = {head["_id"]: head["v"] async for head in found}
        return {doc.key for doc in documents if versions.get(doc.key, 0) != doc.version}
