"""Signatures of claims: which keys there are, and whether an agency signed the record that speaks in its name. Pure.

A key counts for a record by the broker's timestamps of both. So it does not matter when a record is looked at: what was
said of a key later ends it no earlier than it was said. See docs/decisions/0044.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contracts.keys import AgencyKey
from contracts.signatures import HEADER, KEY, Signature, SignatureFormError, decoded, read_signature

SETTLED = timedelta(seconds=1)
"""A statement about a key counts for records that the bus took in more than this after it. Leaders of partitions stamp
by clocks of their own, which differ by some milliseconds. Without it, or with less than they differ, a statement that
was not there yet when a record was judged could have an earlier timestamp than the record, and a replay would judge
otherwise. With more, a new key is refused for longer, and a stolen one is believed for longer."""

MAX_KEYS = 100
"""Keys of one agency that are kept: one a month for eight years; further ones do not count. With fewer, an agency that
changes its key often can not sign any more. With many more, a mistake of the root's fills the memory of who checks."""

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


@dataclass(frozen=True)
class Key:
    """A key that the root has told of.

    Attributes:
        public: to verify with.
        written: the same as it was published.
        since: the key counts for records taken in from here on.
        until: it does not count from here on: where it ends, or is revoked.
    """

    public: Ed25519PublicKey = field(compare=False)
    written: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Keys:
    """All keys that were told of.

    Attributes:
        required_from: records taken in from here on have to be signed; None: no key was told of, and none has to be.
        by_agency: each agency's keys, by their `kid`.
    """

    required_from: datetime | None = None
    by_agency: Mapping[str, Mapping[str, Key]] = field(default_factory=dict)

    def requires(self, taken_in: datetime) -> bool:
        """Tell whether a record that the bus took in at this moment has to be signed."""
        return self.required_from is not None and taken_in >= self.required_from


NO_KEYS = Keys()
"""Nothing was told of keys, so nobody has to sign."""


class Trust(NamedTuple):
    """What signatures are checked by, besides the keys.

    Attributes:
        root: the public key by which all others are believed.
        cluster: the name of this cluster. What was signed for another one does not count here.
    """

    root: Ed25519PublicKey
    cluster: str


class RootKeyError(ValueError):
    """This is no public key of a root; says how one is written."""


def trust(root: str, cluster: str) -> Trust:
    """The trust in a root, by its public key in BASE64URL.

    Raises:
        RootKeyError: that is no such key.
    """
    try:
        return Trust(Ed25519PublicKey.from_public_bytes(decoded(root)), cluster)
    except ValueError:
        raise RootKeyError("has to be an Ed25519 public key: 32 bytes in BASE64URL, 43 characters") from None


def learn(keys: Keys, data: AgencyKey, taken_in: datetime) -> Keys:
    """The keys after one statement more, which is proved. Those of one agency come in their order on the bus.

    Of several about one key the first says whose it is and since when. Each may end it earlier, but no earlier than
    that statement itself counts; none makes it live longer.

    Args:
        keys: what was told before.
        data: the statement.
        taken_in: its broker timestamp, UTC.
    """
    counts = taken_in + SETTLED
    required = counts if keys.required_from is None else min(keys.required_from, counts)
    known = keys.by_agency.get(data.agency, {})
    key = _after(known.get(data.kid), data, counts)
    if key is None or (data.kid not in known and len(known) >= MAX_KEYS):
        return Keys(required, keys.by_agency)
    return Keys(required, {**keys.by_agency, data.agency: {**known, data.kid: key}})


def is_proved(data: AgencyKey, trust: Trust) -> bool:
    """Tell whether the root signed a statement about a key, for this cluster."""
    try:
        proof = read_signature(data.proof.encode(), KEY)
    except SignatureFormError:
        return False
    return proof.audience == trust.cluster and _verifies(trust.root, proof, data.statement)


def _after(known: Key | None, data: AgencyKey, counts: datetime) -> Key | None:
    """A key after one more statement about it; None where that says nothing of use."""
    ends = data.valid_until if data.revoked_at is None else min(data.valid_until, data.revoked_at)
    if known is None:
        try:
            public = Ed25519PublicKey.from_public_bytes(decoded(data.public_key))
        except ValueError:
            return None
        return Key(public, data.public_key, max(data.valid_from, counts), ends)
    if known.written != data.public_key:
        return None
    return Key(known.public, known.written, known.since, min(known.until, max(ends, counts)))


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
    if _verifies(key.public, signature, value):
        return signature
    return Objection("wrong", "it is not this key's of these bytes: sign the bytes that are sent, and send those")


def _verifies(public: Ed25519PublicKey, signature: Signature, value: bytes) -> bool:
    try:
        public.verify(signature.proof, signature.covers(value))
    except InvalidSignature:
        return False
    return True
