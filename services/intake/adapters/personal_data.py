"""The personal-data store: names and addresses stay here, and only a random reference to them leaves this service."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pymongo import ASCENDING

from chassis.runtime import clock
from chassis.runtime.http.keys import StoredKeys
from chassis.runtime.personal.keys import PLAIN, PersonalKeys
from chassis.runtime.personal.rows import PersonalRows
from chassis.runtime.store.mongo import MongoStore
from services.intake.adapters.person import Email, Name, Phone


class Body(BaseModel):
    """Base of all request bodies: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Applicant(Body):
    """The applicant (người nộp). It stays in the personal-data store; events carry a reference."""

    name: Name
    email: Email | None = None
    phone: Phone | None = None


APPLICANTS = "applicants"
"""The collection of applicants in intake's store."""

PERSONAL_FIELDS = ("name", "email", "phone")
"""The fields of an applicant's row that are encrypted. The language of letters says nothing of a person."""


class PersonalDataStore:
    """Names and addresses under random references, one for each submission.

    Args:
        store: intake's own.
        keys: encrypt them; in plain mode they are kept as they are.
    """

    def __init__(self, store: MongoStore, keys: PersonalKeys = PLAIN) -> None:
        self._applicants = store.database.applicants
        self._request_keys = StoredKeys(store)
        self._rows = applicant_rows(keys)
        self._keys = keys

    def reference(self, purpose: str, *told: str) -> str:
        """What a client chose, such as a key of a request, as ids are derived from it: by a keyed hash.

        Ids are on the bus, and a client may choose a phone number. In plain mode it stays as it came.
        """
        return self._keys.reference(purpose, *told) or "|".join(told)

    async def prepare(self) -> None:
        """Create the index that keeps one applicant for each submission."""
        await self._applicants.create_index([("submission", ASCENDING)], unique=True)

    async def put(self, submission: str, applicant: Applicant, language: str) -> str:
        """Put the applicant away and return the reference; a repeated request gets the reference of the first."""
        kept = await self._applicants.find_one({"submission": submission})
        if kept is None:
            personal = {**applicant.model_dump(), "language": language}
            row = await self._rows.sealed({"_id": clock.random_reference(), **personal})
            await self._applicants.update_one({"submission": submission}, {"$setOnInsert": row}, upsert=True)
            kept = await self._applicants.find_one({"submission": submission})
        return str(kept["_id"]) if kept else ""

    async def get(self, reference: str) -> dict[str, Any] | None:
        """Return name, email, phone and language; None if the reference is unknown or erased.

        Raises:
            PersonalKeyError: they are encrypted, and their key is not here.
        """
        kept = await self._applicants.find_one({"_id": reference})
        if kept is None:
            return None
        opened = await self._rows.opened(kept)
        return {name: opened.get(name) for name in (*PERSONAL_FIELDS, "language")}

    async def submission_of(self, reference: str) -> str | None:
        """The submission that a reference belongs to; None if it is unknown or erased."""
        kept = await self._applicants.find_one({"_id": reference}, {"submission": 1})
        return str(kept["submission"]) if kept else None

    async def erase(self, submission: str, reference: str) -> None:
        """Erase an applicant: the row, the data key in it, and the digest of the request. Again, it changes nothing.

        A reference that another submission has made up for itself erases nothing: the row is of its own submission.
        """
        await self._applicants.delete_one({"_id": reference, "submission": submission})
        await self._request_keys.forget(submission)


def applicant_rows(keys: PersonalKeys) -> PersonalRows:
    """How the rows of applicants are written and read."""
    return PersonalRows(APPLICANTS, PERSONAL_FIELDS, keys)
