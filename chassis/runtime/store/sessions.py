"""The sessions that this service has opened at its server, so that those of its dead can be ended, and no others.

A process that dies in the middle of a transaction leaves it open, and its documents locked, for up to a minute. Another
program's sessions at the same server are not ours to end.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from bson.binary import Binary
from pymongo import ASCENDING, IndexModel
from pymongo.errors import OperationFailure

from chassis.runtime import clock

NOTED_AGAIN_SECONDS = 600.0
"""Seconds after which the note of a session in use is written again. It has to be far less than FORGOTTEN; less costs a
write more often."""

FORGOTTEN = timedelta(hours=1)
"""Age at which a note is dropped. No transaction lives so long: the server ends it after a minute. Longer keeps notes
of the dead; shorter than NOTED_AGAIN_SECONDS would drop notes of sessions in use."""


class Sessions:
    """The sessions of all processes of one service; each is noted in its database before its first transaction."""

    def __init__(self, client: Any, database: Any) -> None:
        self._client = client
        self._notes = database.sessions
        self._noted: dict[bytes, float] = {}

    async def prepare(self) -> None:
        """Have notes that are old dropped."""
        old = IndexModel([("at", ASCENDING)], name="old", expireAfterSeconds=int(FORGOTTEN.total_seconds()))
        with suppress(OperationFailure):  # a server that drops nothing keeps a few notes for each start of a process
            await self._notes.create_indexes([old])

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Any]:
        """A session that whoever comes after us knows of."""
        async with await self._client.start_session() as session:
            await self._note(session.session_id["id"])
            yield session

    async def _note(self, session: Any) -> None:
        now = time.monotonic()
        if now - self._noted.get(bytes(session), -NOTED_AGAIN_SECONDS) >= NOTED_AGAIN_SECONDS:
            await self._notes.replace_one({"_id": session}, {"at": clock.now()}, upsert=True)
            self._noted[bytes(session)] = now

    async def end_all(self) -> None:
        """End the transactions of all processes of this service: of whoever lives it is begun anew.

        A server that asks for a privilege we do not have ends them by itself, after transactionLifetimeLimitSeconds.
        """
        known = [{"id": Binary.from_uuid(note["_id"])} async for note in self._notes.find({}, {"_id": 1})]
        with suppress(OperationFailure):
            await self._client.admin.command("killSessions", known)
