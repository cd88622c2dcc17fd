"""Rows of one collection whose personal fields are encrypted, each row by a data key of its own (envelope encryption).

A row keeps its data key, wrapped, in `lock`: whoever removes the row removes the key. A field that is text was kept
before there was a key-encryption key, or in plain mode. One that is bytes is encrypted. Both are read.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.runtime.personal.key_file import KEY_BYTES
from chassis.runtime.personal.keys import KeyEncryption, PersonalKeyError, PersonalKeys, decrypted, encrypted

LOCK = "lock"
"""The field of a row that holds its wrapped data key, and the name of the key-encryption key that wrapped it."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RowKey:
    """The data key of one row.

    Attributes:
        about: collection and id of the row: what is encrypted for it opens nowhere else.
        key: the data key.
        lock: the same, wrapped, as the row keeps it.
    """

    about: tuple[str, str]
    key: bytes
    lock: Row

    def sealed(self, field: str, text: str) -> bytes:
        """The text of one field, encrypted."""
        return encrypted(self.key, text.encode(), _about(*self.about, field))

    def opened(self, field: str, content: bytes) -> str:
        """The text of one field.

        Raises:
            PersonalKeyError: it was changed, or is not this field's.
        """
        return decrypted(self.key, content, _about(*self.about, field)).decode()


class PersonalRows:
    """Encrypts and decrypts the personal fields of the rows of one collection.

    Args:
        collection: its name.
        fields: the personal fields; a dot leads into a document that a field holds.
        keys: of the service; in plain mode rows are written as they are.
    """

    def __init__(self, collection: str, fields: Sequence[str], keys: PersonalKeys) -> None:
        self.collection = collection
        self.fields = tuple(fields)
        self._keys = keys

    async def sealed(self, row: Row) -> dict[str, Any]:
        """A new row as it is written. It needs its `_id`."""
        if self._keys.encryption is None:
            return dict(row)
        key = await self._new_key(row["_id"], self._keys.encryption)
        sealed = {**row, LOCK: key.lock}
        for field in self.fields:
            if isinstance(text := field_of(row, field), str):
                _put(sealed, field, key.sealed(field, text))
        return sealed

    async def opened(self, row: Row) -> dict[str, Any]:
        """A row with its personal fields as text, and without its lock.

        Raises:
            PersonalKeyError: it is encrypted, and its key is not here.
        """
        opened = {name: value for name, value in row.items() if name != LOCK}
        if LOCK not in row:
            return opened
        key = await self.key_of(row)
        for field in self.fields:
            if isinstance(content := field_of(row, field), bytes):
                _put(opened, field, key.opened(field, bytes(content)))
        return opened

    async def field_sealed(self, row: Row, field: str, text: str) -> str | bytes:
        """One more field of a row that is stored, as it is written there: encrypted if the row is."""
        return (await self.key_of(row)).sealed(field, text) if LOCK in row else text

    async def key_of(self, row: Row) -> RowKey:
        """The data key of an encrypted row.

        Raises:
            PersonalKeyError: its key-encryption key is not here.
        """
        if self._keys.encryption is None:
            raise PersonalKeyError("personal data is encrypted: set LIENTHONG_KEK_FILE to the file with its keys")
        about, lock = (self.collection, str(row["_id"])), row[LOCK]
        key = await self._keys.encryption.unwrap(bytes(lock["key"]), lock["kid"], _about(*about))
        return RowKey(about, key, lock)

    async def _new_key(self, identity: str, encryption: KeyEncryption) -> RowKey:
        return await locked((self.collection, identity), secrets.token_bytes(KEY_BYTES), encryption)


async def locked(about: tuple[str, str], key: bytes, encryption: KeyEncryption) -> RowKey:
    """A data key, wrapped by the key-encryption key of now."""
    wrapped = await encryption.wrap(key, _about(*about))
    return RowKey(about, key, {"kid": encryption.kid, "key": wrapped})


def field_of(row: Row, path: str) -> Any:
    """The value of a field; None where it is not there."""
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _put(row: dict[str, Any], path: str, value: Any) -> None:
    """Put a value in the place of a field, in copies of the documents on the way to it."""
    *way, last = path.split(".")
    for name in way:
        row[name] = dict(row[name])
        row = row[name]
    row[last] = value


def _about(*told: str) -> bytes:
    """The associated data: its parts as JSON, so that they can not run into each other."""
    return json.dumps(told, ensure_ascii=False).encode()
