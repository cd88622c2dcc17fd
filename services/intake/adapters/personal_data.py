"""The personal-data store: names and addresses stay here, and only a random reference to them leaves this service."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pymongo import ASCENDING

from chassis.runtime import clock
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


class PersonalDataStore:
    """Names and addresses under random references, one for each submission."""

    def __init__(self, store: MongoStore) -> None:
        self._applicants = store.database.applicants

    async def prepare(self) -> None:
        """Create the index that keeps one applicant for each submission."""
        await self._applicants.create_index([("submission", ASCENDING)], unique=True)

    async def put(self, submission: str, applicant: Applicant, language: str) -> str:
        """Put the applicant away and return the reference; a repeated request gets the reference of the first."""
        kept = await self._applicants.find_one({"submission": submission})
        if kept is None:
            personal = {**applicant.model_dump(), "language": language}
            await self._applicants.update_one(
                {"submission": submission},
                {"$setOnInsert": {"_id": clock.random_reference(), **personal}},
                upsert=True,
            )
            kept = await self._applicants.find_one({"submission": submission})
        return str(kept["_id"]) if kept else ""

    async def get(self, reference: str) -> dict[str, Any] | None:
        """Return name, email, phone and language; None if the reference is unknown or erased."""
        kept = await self._applicants.find_one({"_id": reference})
        return None if kept is None else {name: kept.get(name) for name in ("name", "email", "phone", "language")}
