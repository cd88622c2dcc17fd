"""The store for the words of feedback and of its answers: only a reference to them leaves this service.

The moment at which they came in is kept with them, so that an event that is published again is the same, byte for byte.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pymongo import ASCENDING

from chassis.runtime import clock
from chassis.runtime.personal.keys import PLAIN, PersonalKeys
from chassis.runtime.personal.rows import LOCK, PersonalRows
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

    def digest(self, content: str) -> str:
        """The digest of a request, which tells a repeat from another one with the same key."""

    async def keep(self, key: str, content: str, text: str, at: datetime) -> Kept:
        """Put away; a repeated key gets what was kept first."""

    async def keep_answer(self, reference: str, answer: Answer) -> Answer:
        """Put away the answer to what is kept; what is returned is the first one."""

    async def get(self, reference: str) -> Kept | None:
        """Return what is kept; None if the reference is unknown."""


WORDS = "words"
"""The collection of words in rating's store."""

PERSONAL_FIELDS = ("text", "answer.text")
"""The fields of a row of words that are encrypted: what a citizen wrote, and what was answered."""


class StoredWords:
    """In rating's own store.

    Args:
        store: rating's own.
        keys: encrypt the words; in plain mode they are kept as they are.
    """

    def __init__(self, store: MongoStore, keys: PersonalKeys = PLAIN) -> None:
        self._words = store.database.words
        self._keys = keys
        self._rows = word_rows(keys)

    async def prepare(self) -> None:
        """Create the index that keeps one text for each key."""
        await self._words.create_index([("key", ASCENDING)], unique=True)

    def digest(self, content: str) -> str:
        """See Words."""
        return self._keys.reference("feedback", content) or hashlib.sha256(content.encode()).hexdigest()

    async def keep(self, key: str, content: str, text: str, at: datetime) -> Kept:
        """See Words."""
        reference = event_id("feedback", clock.random_reference())
        # The key itself may tell something: only its digest stays.
        hidden = {"key": self._keys.reference("feedback key", key) or hashlib.sha256(key.encode()).hexdigest()}
        fresh = {"_id": reference, "content": content, "text": text, "at": at.isoformat(), "answer": None}
        await self._words.update_one(hidden, {"$setOnInsert": await self._rows.sealed(fresh)}, upsert=True)
        return await self._kept(await self._words.find_one(hidden))

    async def keep_answer(self, reference: str, answer: Answer) -> Answer:
        """See Words."""
        while (row := await self._words.find_one({"_id": reference})) and row["answer"] is None:
            text = await self._rows.field_sealed(row, "answer.text", answer.text)
            # If the row is encrypted at this moment, an answer written as it is would stay readable: look again then.
            as_read = {"_id": reference, "answer": None, LOCK: {"$exists": LOCK in row}}
            await self._words.update_one(as_read, {"$set": {"answer": {"text": text, "at": answer.at.isoformat()}}})
        return (row and (await self._kept(row)).answer) or answer

    async def get(self, reference: str) -> Kept | None:
        """See Words."""
        found = await self._words.find_one({"_id": reference})
        return None if found is None else await self._kept(found)

    async def erase(self, references: Collection[str]) -> None:
        """Erase the words of these feedbacks, their answers, and the data keys of both. Again, it changes nothing."""
        for reference in references:
            await self._words.delete_one({"_id": reference})

    async def _kept(self, found: Any) -> Kept:
        opened = await self._rows.opened(found)
        answer = opened["answer"] and Answer(opened["answer"]["text"], datetime.fromisoformat(opened["answer"]["at"]))
        at = datetime.fromisoformat(opened["at"])
        return Kept(opened["_id"], opened["content"], opened["text"], at, answer)


def word_rows(keys: PersonalKeys) -> PersonalRows:
    """How the rows of words are written and read."""
    return PersonalRows(WORDS, PERSONAL_FIELDS, keys)
