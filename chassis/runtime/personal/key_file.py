"""The file with the keys of personal data: what it holds, who may read it, and how keys follow each other."""

import base64
import binascii
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis.runtime.settings import SettingsError

KEY_BYTES = 32
"""Bytes of every key: AES-256 (FIPS 197). Fewer are AES-128 or no key at all; more are no AES key."""

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The rights of everybody but the owner of a file: with one of them others read the keys."""


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
