"""Signatures of claims: which keys there are, and whether an agency signed the record that speaks in its name. Pure.

A key counts for a record by the broker's timestamps of both. So it does not matter when a record is looked at: what was
said of a key later ends it no earlier than it was said. See docs/decisions/0043.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from chassis.core.agency_keys import Key, Keys, Trust, verifies
from contracts.signatures import HEADER, Signature, SignatureFormError, read_signature

AGENCY, IMPORTED = "/agency/", "/import/"
"""Begin of the sources that have to be signed. What portals say is protected by rights on the bus."""

IMPORTER = "import"
"""Whose key signs history, in the place of an agency's code: a log tells of many agencies, and has the key of none.
Unsigned, whoever may report at all could tell any history of any dossier that was imported."""

Code = Literal[
    "missing",
    "several",
    "binary-mode",
    "form",
    "audience",
    "unknown-key",
    "not-yet-valid",
    "expired",
    "wrong",
]
"""What a signature can lack."""


class Objection(NamedTuple):
    """The reason why a record does not count as its agency's.

    Attributes:
        code: for programs.
        reason: a sentence for people, which names nothing that the record holds.
    """

    code: Code
    reason: str

    def __str__(self) -> str:
        """As dead letters and answers say it."""
        return f"signature: {self.code}: {self.reason}"


def signer(source: str) -> str:
    """The agency that has to have signed what this source says, or IMPORTER; empty where nobody has to."""
    if source.startswith(IMPORTED):
        return IMPORTER
    return source.removeprefix(AGENCY) if source.startswith(AGENCY) else ""


def signatures_in(headers: Iterable[tuple[str, bytes | None]]) -> list[bytes]:
    """The signatures on a record, as they were written; a header without a value is an empty one."""
    return [value or b"" for name, value in headers if name == HEADER]


class Spoken(NamedTuple):
    """A record that speaks in the name of an agency.

    Attributes:
        agency: the code that its source names.
        value: of the record, byte for byte.
        written: its signatures, as they stand beside it.
        taken_in: the broker's timestamp, UTC.
        whole: whether the value is the whole event. In binary mode it is not, and a signature leaves out the rest.
    """

    agency: str
    value: bytes
    written: list[bytes]
    taken_in: datetime
    whole: bool


def check(keys: Keys, trust: Trust, spoken: Spoken) -> Signature | Objection:
    """The signature by which an agency said this, with a key that counted when the bus took it in; or what it lacks.

    Args:
        keys: all that the root had told of by then, or more.
        trust: the root and the cluster.
        spoken: the record.
    """
    if len(spoken.written) != 1:
        return _not_one(spoken.written)
    if not spoken.whole:
        return Objection("binary-mode", "it covers only the value: send the whole event there (structured mode)")
    try:
        signature = read_signature(spoken.written[0])
    except SignatureFormError as error:
        return Objection("form", f"the header {HEADER} {error}")
    if signature.audience != trust.cluster:
        return Objection("audience", f"aud has to be this cluster, {trust.cluster}")
    key = keys.by_agency.get(spoken.agency, {}).get(signature.kid)
    if key is None:
        return Objection("unknown-key", "the agency has no key of this kid: sign with its own, or have it registered")
    return _in_time(key, spoken.taken_in) or _proved(key, signature, spoken.value)


def _not_one(written: list[bytes]) -> Objection:
    if written:
        return Objection("several", f"the record has {len(written)} headers {HEADER}: send one")
    return Objection("missing", f"the record has no header {HEADER}: sign its value (docs/integrating.md)")


def _in_time(key: Key, taken_in: datetime) -> Objection | None:
    if taken_in >= key.until:
        return Objection("expired", f"the key ended at {key.until.isoformat()}: sign with the agency's present key")
    if taken_in < key.since:
        return Objection("not-yet-valid", f"the key counts from {key.since.isoformat()} on: send it again then")
    return None


def _proved(key: Key, signature: Signature, value: bytes) -> Signature | Objection:
    if verifies(key.public, signature, value):
        return signature
    return Objection("wrong", "it is not this key's of these bytes: sign the bytes that are sent, and send those")
