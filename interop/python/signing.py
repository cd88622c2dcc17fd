"""How a report is signed: a detached JWS (EdDSA, RFC 7515, 7797, 8037) over the exact bytes of the record's value."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def headers(told: dict, agency: str, value: bytes) -> list[tuple[str, bytes]]:
    """The header of a record that an agency signs; none where it has no key."""
    key = told["keys"].get(agency)
    if key is None:
        return []
    said = {"alg": "EdDSA", "b64": False, "crit": ["b64"], "kid": key["kid"], "typ": "lt-claim+jws"}
    protected = encoded(json.dumps({**said, "aud": key["audience"]}).encode())
    private = Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(key["private_key"] + "="))
    return [("lt-signature", protected + b".." + encoded(private.sign(protected + b"." + value)))]


def encoded(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
