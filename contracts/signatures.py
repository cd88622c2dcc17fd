"""Signatures (chữ ký số) of claims: how one is written beside a record, and how it is read.

A claim's record carries the header `lt-signature`: a detached JWS in compact form (RFC 7515, appendix F), with the
payload left as it is (RFC 7797). So the signature covers the exact bytes of the record's value, and the value stays
readable JSON::

    BASE64URL(protected header) .. BASE64URL(signature)

The protected header names the algorithm (EdDSA with Ed25519, RFC 8037), the key (`kid`), what was signed (`typ`), and
the cluster that it is meant for (`aud`). What is signed are the ASCII bytes of the encoded header, a dot, and the
value.

This module knows the form alone. Who has which key, and for how long, is told by `contracts.keys`.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final, Literal, NamedTuple

HEADER = "lt-signature"
"""The Kafka header that holds the signature of a claim."""

ALGORITHM = "EdDSA"
"""Said so and not `Ed25519`, its newer name (RFC 9864): several libraries do not verify what is called by that."""

CLAIM: Final = "lt-claim+jws"
"""`typ` of the signature of a claim."""

KEY: Final = "lt-key+jws"
"""`typ` of the root's signature of a statement about a key. With another one a claim could pass for a statement."""

MAX_BYTES = 1_000
"""Bytes of a signature, with its protected header. Ours have some 280, with a long agency code and cluster name 400.
More would let a sender fill dead letters with headers; less might refuse the header of a verbose library."""

_TEXT = re.compile(r"[A-Za-z0-9_-]+")
_NAME = re.compile(r"[^|\x00-\x1f\x7f]{1,120}")

Kind = Literal["lt-claim+jws", "lt-key+jws"]


class SignatureFormError(ValueError):
    """This is no signature of ours; says what is wrong with its form."""


class Signature(NamedTuple):
    """A signature as it was written; nothing of it is proved yet.

    Attributes:
        protected: its header, encoded, as it was signed.
        kid: the key that it names.
        audience: the cluster that it names.
        proof: the 64 bytes of the signature itself.
    """

    protected: str
    kid: str
    audience: str
    proof: bytes

    def covers(self, value: bytes) -> bytes:
        """The bytes that were signed, if it is the signature of this value."""
        return signing_input(self.protected, value)


def encoded(data: bytes) -> str:
    """BASE64URL without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes that `encoded` writes as this text.

    Raises:
        ValueError: it is written in another way than that one.
    """
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4)) if _TEXT.fullmatch(text) else b""
    if encoded(data) != text:
        raise ValueError("is not BASE64URL without padding (RFC 7515)")
    return data


def protected_header(kid: str, audience: str, kind: Kind = CLAIM) -> str:
    """The protected header, encoded, of a signature by this key for this cluster."""
    header = {"alg": ALGORITHM, "b64": False, "crit": ["b64"], "kid": kid, "typ": kind, "aud": audience}
    return encoded(json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode())


def signing_input(protected: str, value: bytes) -> bytes:
    """The bytes that are signed (RFC 7797, section 3)."""
    return protected.encode() + b"." + value


def compact(protected: str, proof: bytes) -> bytes:
    """The signature as it stands in the header `lt-signature`."""
    return f"{protected}..{encoded(proof)}".encode()


def read_signature(written: bytes, kind: Kind = CLAIM) -> Signature:
    """Read a detached JWS. Only its form is looked at.

    Args:
        written: the compact form.
        kind: what it has to be the signature of.

    Raises:
        SignatureFormError: says what is wrong with it, in words without any part of it.
    """
    if len(written) > MAX_BYTES:
        raise SignatureFormError(f"has more than {MAX_BYTES} bytes")
    try:
        protected, payload, proof = written.decode("ascii").split(".")
    except ValueError:
        raise SignatureFormError("is no JWS in compact form: two dots between three parts") from None
    if payload:
        raise SignatureFormError("has a payload between its dots: leave it out, the record's value is the payload")
    header = _header(protected)
    _check(header, kind)
    try:
        return Signature(protected, _name(header, "kid"), _name(header, "aud"), decoded(proof))
    except ValueError as error:
        raise SignatureFormError(str(error)) from None


def _header(protected: str) -> dict[str, Any]:
    try:
        found = json.loads(decoded(protected), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SignatureFormError("has a protected header that is no JSON object in BASE64URL, each member once")
    return found


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a member stands twice")
    return found


def _check(header: dict[str, Any], kind: Kind) -> None:
    """Everything but the names, which have one value each."""
    if header.get("alg") != ALGORITHM:
        raise SignatureFormError(f"alg: has to be {ALGORITHM} (Ed25519)")
    if header.get("b64") is not False or header.get("crit") != ["b64"]:
        raise SignatureFormError('b64, crit: have to be false and ["b64"] (RFC 7797): the value is signed as it stands')
    if header.get("typ") != kind:
        raise SignatureFormError(f"typ: has to be {kind}")


def _name(header: dict[str, Any], member: str) -> str:
    found = header.get(member)
    if not isinstance(found, str) or not _NAME.fullmatch(found):
        raise SignatureFormError(f"{member}: has to be a text of 1 to 120 characters")
    return found
