"""The keys that keep personal data unreadable in a store and in its backups. They lie outside of the store.

A key-encryption key (khóa mã hóa khóa) encrypts no personal data. It wraps the data key of each row, and is kept in a
file or by a key management service. See docs/decisions/0044.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.runtime.settings import Settings, SettingsError

KEY_BYTES = 32
"""Bytes of every key: AES-256 (FIPS 197). Fewer are AES-128 or no key at all; more are no AES key."""

NONCE_BYTES = 12
"""Bytes of a nonce, as NIST SP 800-38D, 8.2 asks for GCM. Another length costs strength."""

REFERENCE_BYTES = 16
"""Bytes that are kept of a keyed hash: 128 bits. With fewer, two people could get one reference by chance; with more, a
reference would not fit the 64 characters that the contracts allow it once it has a name before it."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The rights of everybody but the owner of a file: with one of them others read the keys."""


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


@dataclass(frozen=True)
class KeyFile:
    """The content of a key file.

    Attributes:
        current: the name of the key-encryption key that wraps.
        keys: all key-encryption keys by name.
        references: the key of keyed hashes. It is never changed: references would not find their rows any more.
    """

    current: str
    keys: Mapping[str, bytes]
    references: bytes

    def with_new_key(self, kid: str) -> "KeyFile":
        """The same with one key-encryption key more, which wraps from now on.

        Raises:
            SettingsError: there is one of this name.
        """
        if kid in self.keys:
            raise SettingsError(f"LIENTHONG_KEK_FILE has a key {kid} already: choose another name")
        return KeyFile(kid, {**self.keys, kid: secrets.token_bytes(KEY_BYTES)}, self.references)

    def without_key(self, kid: str) -> "KeyFile":
        """The same without a key-encryption key that wraps nothing any more.

        Raises:
            SettingsError: it is the one that wraps now, or there is none of this name.
        """
        if kid == self.current or kid not in self.keys:
            older = ", ".join(sorted({*self.keys} - {self.current})) or "none"
            raise SettingsError(f"{kid} can not be dropped from LIENTHONG_KEK_FILE; keys that can: {older}")
        return KeyFile(self.current, {name: key for name, key in self.keys.items() if name != kid}, self.references)


def new_key_file(kid: str) -> KeyFile:
    """The content of a first key file, with fresh keys."""
    return KeyFile(kid, {kid: secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))


def read_key_file(path: Path) -> KeyFile:
    """Read a key file.

    Raises:
        SettingsError: it is not there, others than its owner may read it, or it is no key file. No key is quoted.
    """
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = json.load(file)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"LIENTHONG_KEK_FILE: {path.name} can not be read ({type(error).__name__}); "
            "make one with `lienthong personal-data new-keys`, or restore it from where it is kept"
        ) from None
    if mode & OTHERS:
        raise SettingsError(f"LIENTHONG_KEK_FILE: others may read {path.name}; run `chmod 600` on it")
    try:
        return _key_file(content)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SettingsError(
            f"LIENTHONG_KEK_FILE: {path.name} is no key file: it needs `current`, `keys` and `references`, "
            f"each key as base64 of {KEY_BYTES} bytes"
        ) from None


def write_key_file(path: Path, content: KeyFile) -> None:
    """Write a key file that only its owner may read: all of it, or nothing.

    Raises:
        OSError: the folder takes no file.
    """
    told = {
        "current": content.current,
        "keys": {kid: base64.b64encode(key).decode() for kid, key in content.keys.items()},
        "references": base64.b64encode(content.references).decode(),
    }
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # mode 0600 from the beginning
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


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


def _key_file(content: Any) -> KeyFile:
    keys = {str(kid): _key(text) for kid, text in content["keys"].items()}
    current = content["current"]
    if current not in keys:
        raise ValueError("current names no key")
    return KeyFile(current, keys, _key(content["references"]))


def _key(text: Any) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError("a key of another length")
    return key
