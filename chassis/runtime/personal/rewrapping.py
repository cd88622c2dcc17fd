"""Going through rows: what was kept plain is encrypted, and what an older key-encryption key wrapped is wrapped anew.

It works beside running instances, may be broken off anywhere and be repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chassis.runtime.personal.keys import KeyEncryption, PersonalKeyError, PersonalKeys
from chassis.runtime.personal.rows import LOCK, PersonalRows, Row, field_of, locked

PAGE = 500
"""Rows that are read at once. Fewer ask the store more often; more hold more persons' data in memory."""


@dataclass
class Rewrapping:
    """How far it has come.

    Attributes:
        collection: whose rows they are.
        kid: the key-encryption key that wraps them in the end.
        total: how many rows were to be done when it began.
        encrypted: how many were plain.
        rewrapped: how many an older key-encryption key had wrapped.
        failed: how many do not open: their key is not here.
        left: how many are to be done at the end. More than `failed`: somebody wrote them meanwhile; do it again.
    """

    collection: str
    kid: str
    total: int
    encrypted: int = 0
    rewrapped: int = 0
    failed: int = 0
    left: int = 0

    @property
    def seen(self) -> int:
        """How many rows it has come by."""
        return self.encrypted + self.rewrapped + self.failed


async def rewrap(
    collection: Any, rows: PersonalRows, keys: PersonalKeys, on_page: Callable[[Rewrapping], None]
) -> Rewrapping:
    """Have every row of a collection encrypted, and its data key wrapped by the key-encryption key of now.

    Args:
        collection: of the store.
        rows: say which fields are personal.
        keys: of the service.
        on_page: is told every now and then how far it has come.

    Raises:
        PersonalKeyError: plain mode has no key to wrap by.
        StoreError: the store is down. Begin again when it is back.
    """
    if (encryption := keys.encryption) is None:
        raise PersonalKeyError(
            "there is no key to encrypt by: set LIENTHONG_KEK_FILE (`lienthong personal-data new-keys`)"
        )
    others = {f"{LOCK}.kid": {"$ne": encryption.kid}}
    found, after = Rewrapping(rows.collection, encryption.kid, await collection.count_documents(others)), ""
    while page := await collection.find(others | {"_id": {"$gt": after}}).sort("_id", 1).limit(PAGE).to_list(PAGE):
        for row in page:
            await _rewrap_row(collection, rows, encryption, row, found)
        after = page[-1]["_id"]
        on_page(found)
    found.left = await collection.count_documents(others)
    return found


async def _rewrap_row(
    collection: Any, rows: PersonalRows, encryption: KeyEncryption, row: Row, found: Rewrapping
) -> None:
    if LOCK in row:
        try:
            key = await rows.key_of(row)
        except PersonalKeyError:
            found.failed += 1
            return
        lock = (await locked(key.about, key.key, encryption)).lock
        await collection.update_one({"_id": row["_id"], f"{LOCK}.kid": row[LOCK]["kid"]}, {"$set": {LOCK: lock}})
        found.rewrapped += 1
        return
    sealed = await rows.sealed(row)
    as_read = {field: field_of(row, field) for field in rows.fields}
    # Nothing is written over what somebody has put there since: such a row is found again, and counts as left.
    changes = {field: field_of(sealed, field) for field, value in as_read.items() if value is not None}
    done = await collection.update_one(
        {"_id": row["_id"], LOCK: {"$exists": False}, **as_read}, {"$set": {LOCK: sealed[LOCK], **changes}}
    )
    found.encrypted += done.matched_count
