"""The keys that keep personal data unreadable in a store and in its backups. They lie outside of the store.

A key-encryption key (khóa mã hóa khóa) encrypts no personal data. It wraps the data key of each row, and is kept in a
file or by a key management service. See docs/decisions/0041.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.runtime.personal.key_file import read_key_file
from chassis.runtime.settings import Settings

NONCE_BYTES = 12
"""Bytes of a nonce, as NIST SP 800-38D, 8.2 asks for GCM. Another length costs strength."""

REFERENCE_BYTES = 16
"""Bytes that are kept of a keyed hash: 128 bits. With fewer, two people could get one reference by chance; with more, a
reference would not fit the 64 characters that the contracts allow it once it has a name before it."""


class PersonalKeyError(Exception):
    """Personal data can not be read, because its key is not here or does not fit; says what to do."""


class KeyEncryption(Protocol):
    """Wraps data keys by a key-encryption key that never leaves it. A key management service can be one.

    `about` names the row: a wrapped key that is copied to another row does not open there.
    """

    @property
    def kid(self) -> str:
        """The name of the key that wraps now. Older ones only unwrap."""

    async def wrap(self, key: bytes, about: bytes) -> bytes:
        """Encrypt a data key under the key that wraps now."""

    async def unwrap(self, wrapped: bytes, kid: str, about: bytes) -> bytes:
        """Decrypt a data key.

        Raises:
            PersonalKeyError: there is no such key-encryption key, or it did not wrap this for this row.
        """


class FileKeyEncryption:
    """Key-encryption keys in a file. It is read again where a row names a key that is not known yet.

    Raises:
        SettingsError: the file is unusable.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = read_key_file(path)

    @property
    def kid(self) -> str:
        """See KeyEncryption."""
        return self._file.current

    async def wrap(self, key: bytes, about: bytes) -> bytes:
        """See KeyEncryption."""
        return encrypted(self._file.keys[self.kid], key, about)

    async def unwrap(self, wrapped: bytes, kid: str, about: bytes) -> bytes:
        """See KeyEncryption."""
        if kid not in self._file.keys:
            self._file = read_key_file(self._path)  # somebody added a key since
        if kid not in self._file.keys:
            raise PersonalKeyError(f"{self._path.name} has no key {kid}, which wrapped this row's: restore the key")
        return decrypted(self._file.keys[kid], wrapped, about)


@dataclass(frozen=True)
class PersonalKeys:
    """The keys of one service.

    Attributes:
        encryption: wraps the data keys of rows; None in plain mode, where rows are kept as they are.
        references: the key of keyed hashes; None in plain mode, where references are kept as they come.
    """

    encryption: KeyEncryption | None = None
    references: bytes | None = None

    def reference(self, *told: str) -> str | None:
        """A keyed hash of something that could be guessed, such as a phone number in the place of a token.

        HMAC-SHA256 (RFC 2104), cut to 128 bits, as lower-case base32. None in plain mode: the caller has its own form.

        Args:
            told: what the reference is for, first; then what is hashed. The parts can not run into each other.
        """
        if self.references is None:
            return None
        content = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
        digest = hmac.digest(self.references, content, hashlib.sha256)[:REFERENCE_BYTES]
        return base64.b32encode(digest).decode().rstrip("=").lower()


PLAIN = PersonalKeys()
"""Plain mode: nothing is encrypted, and nothing is hashed by a key."""


def load_personal_keys(settings: Settings) -> PersonalKeys:
    """The keys that the settings name. Whoever has a key management service builds his `KeyEncryption` here.

    Raises:
        SettingsError: the file is unusable.
    """
    if settings.kek_file is None:
        return PLAIN
    return PersonalKeys(FileKeyEncryption(settings.kek_file), read_key_file(settings.kek_file).references)


def encrypted(key: bytes, content: bytes, about: bytes) -> bytes:
    """Content under a key, by AES-256-GCM with a random nonce before it; it only opens with the same `about`."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, about)


def decrypted(key: bytes, content: bytes, about: bytes) -> bytes:
    """The content that `encrypted` was given.

    Raises:
        PersonalKeyError: another key, another row, or somebody changed it.
    """
    try:
        return AESGCM(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        raise PersonalKeyError("a row's personal data does not open: it was changed, or its key is another") from None
