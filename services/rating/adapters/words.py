"""The store for the words of feedback and of its answers: only a reference to them leaves this service.

The moment at which they came in is kept with them, so that an event that is published again is the same, byte for byte.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pymongo import ASCENDING

from chassis.runtime import clock
from chassis.runtime.store.mongo import MongoStore
from contracts.envelope import event_id


@dataclass(frozen=True)
class Answer:
    """The words of an answer, and when they came in."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Kept:
    """The words of one feedback, as they are kept.

    Attributes:
        reference: random; the feedback's id, known only to the citizen who submitted it.
        content: digest of the whole request, which tells a repeat from another one with the same key.
        at: when it came in.
        answer: None before there is one.
    """

    reference: str
    content: str
    text: str
    at: datetime
    answer: Answer | None = None


class Words(Protocol):
    """A store that keeps the words."""

    async def keep(self, key: str, content: str, text: str, at: datetime) -> Kept:
        """Put away; a repeated key gets what was kept first."""

    async def keep_answer(self, reference: str, answer: Answer) -> Answer:
        """Put away the answer to what is kept; what is returned is the first one."""

    async def get(self, reference: str) -> Kept | None:
        """Return what is kept; None if the reference is unknown."""


class StoredWords:
    """In rating's own store."""

    def __init__(self, store: MongoStore) -> None:
        self._words = store.database.words

    async def prepare(self) -> None:
        """Create the index that keeps one text for each key."""
        await self._words.create_index([("key", ASCENDING)], unique=True)

    async def keep(self, key: str, content: str, text: str, at: datetime) -> Kept:
        """See Words."""
        reference = event_id("feedback", clock.random_reference())
        fresh = {"_id": reference, "content": content, "text": text, "at": at.isoformat()}
        # The key itself may tell something: only its digest stays.
        hidden = {"key": hashlib.sha256(key.encode()).hexdigest()}
        await self._words.update_one(hidden, {"$setOnInsert": {**fresh, "answer": None}}, upsert=True)
        return _kept(await self._words.find_one(hidden))

    async def keep_answer(self, reference: str, answer: Answer) -> Answer:
        """See Words."""
        fresh = {"text": answer.text, "at": answer.at.isoformat()}
        await self._words.update_one({"_id": reference, "answer": None}, {"$set": {"answer": fresh}})
        return _kept(await self._words.find_one({"_id": reference})).answer or answer

    async def get(self, reference: str) -> Kept | None:
        """See Words."""
        found = await self._words.find_one({"_id": reference})
        return None if found is None else _kept(found)


def _kept(found: Any) -> Kept:
    answer = found["answer"] and Answer(found["answer"]["text"], datetime.fromisoformat(found["answer"]["at"]))
    return Kept(found["_id"], found["content"], found["text"], datetime.fromisoformat(found["at"]), answer)
