"""Idempotency-Keys: each stands for one request, and for no other.

What a key stands for is kept as a digest of the request. A digest of a name can be guessed by trying names, so each has
a random salt, and both stay in the service's own store, beside the personal data that they were made of.
See docs/decisions/0032.
"""

import hashlib
import hmac
import json
import secrets
from typing import Any, Protocol

from pydantic import BaseModel

from chassis.runtime.store.mongo import MongoStore

SALT_BYTES = 32

KEY_PATTERN = r"^[!-~]([ -~]*[!-~])?$"
"""Printable ASCII with no space at its ends: whatever else a header may hold, proxies and libraries change."""


class KeyReusedError(ValueError):
    """An Idempotency-Key stands for one request; this one is another."""

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was used for another request; take a new one for each")


class Keys(Protocol):
    """The memory of requests by their keys."""

    async def hold(self, identity: str, request: BaseModel) -> None:
        """Remember that what is known by `identity`, which follows from the key, was asked for by this request.

        Raises:
            KeyReusedError: it was asked for by another one before.
        """


class StoredKeys:
    """In the service's own store. Its first word counts, whichever instance wrote it, and whoever dies then."""

    def __init__(self, store: MongoStore) -> None:
        self._kept: Any = store.database.request_keys

    async def hold(self, identity: str, request: BaseModel) -> None:
        """See Keys."""
        salt = secrets.token_bytes(SALT_BYTES)
        fresh = {"salt": salt, "digest": digest(request, salt)}
        await self._kept.update_one({"_id": identity}, {"$setOnInsert": fresh}, upsert=True)
        kept = await self._kept.find_one({"_id": identity})
        if not hmac.compare_digest(bytes(kept["digest"]), digest(request, bytes(kept["salt"]))):
            raise KeyReusedError

    async def forget(self, identity: str) -> None:
        """Forget the request behind an identity, whose words are erased. The identity stays taken, by no request."""
        await self._kept.update_one({"_id": identity}, {"$set": {"salt": b"", "digest": b""}})


def digest(request: BaseModel, salt: bytes) -> bytes:
    """A text that is the same for the same request: its fields as they are understood, whatever their order."""
    canonical = json.dumps(request.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(canonical.encode(), key=salt).digest()
