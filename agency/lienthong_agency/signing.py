"""Signing (ký số): an agency's reports carry its signature, so that nobody else can speak in its name.

The signature is a detached JWS over the exact bytes of a record's value (`contracts.signatures` says its form). Sign
the bytes that you send, and send the bytes that you signed: JSON that is written again may have other bytes.

    key = read_key(Path("key.json"))
    value = report.to_json().encode()
    headers = [(HEADER, sign(value, key))]

A key lies in a JSON file that its owner alone may read: `kid`, `agency`, `audience` and `private_key`.
"""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from contracts.envelope import Code
from contracts.signatures import CLAIM, Kind, compact, decoded, encoded, protected_header, signing_input
from contracts.signatures import HEADER as HEADER  # noqa: PLC0414 - who signs needs its name

SEED_BYTES = 32
"""Bytes of an Ed25519 private key (RFC 8032)."""

MAX_FILE_BYTES = 10_000
"""Bytes of a key file that are read. Ours have some 300: whatever is larger is another file, named by mistake."""


class KeyFileError(ValueError):
    """This key file can not be used; says which and how to mend it, never what stands in it."""


@dataclass(frozen=True)
class SigningKey:
    """A key to sign with (khóa ký).

    Attributes:
        kid: names the key to whoever checks.
        private_key: the secret itself; not shown when the key is printed.
        audience: the cluster that its signatures are for, as `LIENTHONG_CLUSTER` names it there.
        agency: whose key it is, the agency's code.
    """

    kid: str
    private_key: Ed25519PrivateKey = field(repr=False)
    audience: str
    agency: str = ""

    @property
    def public_key(self) -> str:
        """The public half, as `agency.key` publishes it: 32 bytes in BASE64URL."""
        return encoded(self.private_key.public_key().public_bytes_raw())


class _KeyFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    kid: Code
    agency: Code
    audience: Code
    private_key: SecretStr


def sign(value: bytes, key: SigningKey, kind: Kind = CLAIM) -> bytes:
    """The signature of these bytes, for the header `lt-signature`.

    Args:
        value: the record's value, byte for byte as it will be sent.
        key: of the agency that speaks.
        kind: what is signed: a claim, or the root's statement about a key.
    """
    protected = protected_header(key.kid, key.audience, kind)
    return compact(protected, key.private_key.sign(signing_input(protected, value)))


def new_key(agency: str, audience: str) -> SigningKey:
    """Make a new key for an agency. Its `kid` follows from its public half (RFC 7638), so no two keys share one."""
    private_key = Ed25519PrivateKey.generate()
    return SigningKey(thumbprint(private_key.public_key().public_bytes_raw()), private_key, audience, agency)


def thumbprint(public_key: bytes) -> str:
    """The thumbprint of an Ed25519 public key (RFC 7638 and RFC 8037, appendix A.3)."""
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{encoded(public_key)}"}}'
    return encoded(hashlib.sha256(jwk.encode()).digest())


def read_key(path: Path) -> SigningKey:
    """Read a key file.

    Raises:
        KeyFileError: it is missing, open to others, or no key file.
    """
    text = _private_text(path)
    try:
        told = _KeyFile.model_validate_json(text)
        seed = decoded(told.private_key.get_secret_value())
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, one["loc"])) or "JSON" for one in error.errors()}))
        raise KeyFileError(f"{path}: {fields}: missing or not as it has to be; ask for a new key file") from None
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise KeyFileError(f"{path}: private_key: has to be {SEED_BYTES} bytes in BASE64URL; ask for a new key file")
    return SigningKey(told.kid, Ed25519PrivateKey.from_private_bytes(seed), told.audience, told.agency)


def write_key(key: SigningKey, path: Path) -> None:
    """Write a key file that its owner alone may read.

    Raises:
        FileExistsError: there is one; a key is never overwritten.
    """
    seed = encoded(key.private_key.private_bytes_raw())
    text = json.dumps({"kid": key.kid, "agency": key.agency, "audience": key.audience, "private_key": seed})
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def _private_text(path: Path) -> str:
    """The text of a file that nobody else may read; looked at while it is open, so that it can not be exchanged."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyFileError(f"{path}: others may read this key (mode {mode & 0o777:o}): chmod 600 {path}")
            return file.read(MAX_FILE_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"{path}: can not be read ({type(error).__name__}): name the key file") from None
