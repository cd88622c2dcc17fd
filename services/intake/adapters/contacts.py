"""The applicant's addresses: who may see them, and the record of every look at them.

Only notify asks by reference, and the agency that holds the dossier now asks by its code. Routing alone knows who holds
it, so intake asks routing. A look is on record before it is answered: where it can not be recorded, nothing is shown.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError
from pymongo import ASCENDING

from chassis.runtime import clock
from chassis.runtime.http.access import Caller
from chassis.runtime.http.credentials import Credentials, NoCredentialsError
from chassis.runtime.store.mongo import MongoStore
from contracts.moments import Instant
from services.intake.adapters.personal_data import PersonalDataStore

MOST_LOOKS = 500
"""Looks in one answer."""


class HoldersUnknownError(Exception):
    """Routing does not tell who holds a dossier; the text says why."""


class Holders(Protocol):
    """Tells who holds a dossier now."""

    async def of(self, code: str) -> frozenset[str]:
        """Codes of the agencies that hold it; empty if nobody does.

        Raises:
            HoldersUnknownError: nobody can tell now.
        """


class _Holding(BaseModel):
    agencies: frozenset[str]


class RoutingHolders:
    """Asks routing, on its operator's port."""

    def __init__(self, client: httpx.AsyncClient, url: str, own: Credentials) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._own = own

    async def of(self, code: str) -> frozenset[str]:
        """See Holders."""
        try:
            headers = {"Authorization": await self._own.header()}
            answer = await self._client.get(f"{self._url}/internal/dossiers/{code}/holders", headers=headers)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return frozenset()  # routing has not heard of it yet
            answer.raise_for_status()
            return _Holding.model_validate_json(answer.content).agencies
        except NoCredentialsError as error:
            raise HoldersUnknownError(str(error)) from None
        except (httpx.HTTPError, ValidationError) as error:
            raise HoldersUnknownError(f"routing does not tell who holds it: {type(error).__name__}") from None


@dataclass(frozen=True)
class AddressBook:
    """All that it takes to show an applicant's addresses.

    Attributes:
        personal_data: has them.
        looks: records who sees them.
        holders: tell which agency may.
    """

    personal_data: PersonalDataStore
    looks: "Looks"
    holders: Holders


class Look(BaseModel):
    """One look at the addresses of an applicant (tra cứu thông tin liên hệ). It holds nothing of the person."""

    model_config = ConfigDict(frozen=True)

    at: Instant
    role: str
    subject: str
    agency: str
    officer: str
    reference: str
    dossier: str
    shown: bool


class Looks:
    """The record of all looks, in intake's own store."""

    def __init__(self, store: MongoStore) -> None:
        self._looks: Any = store.database.contact_looks

    async def prepare(self) -> None:
        """Create the index that auditors' questions go by."""
        await self._looks.create_index([("at", ASCENDING)])

    async def record(self, caller: Caller, reference: str, dossier: str, *, shown: bool) -> None:
        """Put a look on record, also one that was refused."""
        who = caller.identity
        look = Look(
            at=clock.now(),
            role=who.role if who else "service",
            subject=who.subject if who else "",
            agency=who.agency if who else "",
            officer=who.officer if who else "",
            reference=reference,
            dossier=dossier,
            shown=shown,
        )
        await self._looks.insert_one({"_id": clock.random_reference(), **look.model_dump(), "at": look.at.isoformat()})

    async def since(self, begin: datetime) -> AsyncIterator[Look]:
        """The looks from a moment on, the first ones first."""
        found = self._looks.find({"at": {"$gte": begin.isoformat()}}).sort("at", ASCENDING).limit(MOST_LOOKS)
        async for kept in found:
            yield Look.model_validate({name: value for name, value in kept.items() if name != "_id"})
