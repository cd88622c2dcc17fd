"""The keys of agencies, as the root tells of them: whose each is, and for which records it counts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contracts.keys import AgencyKey
from contracts.signatures import KEY, Signature, SignatureFormError, decoded, read_signature

SETTLED = timedelta(seconds=1)
"""A statement about a key counts for records that the bus took in more than this after it. Leaders of partitions stamp
by clocks of their own, which differ by some milliseconds. Without it, or with less than they differ, a statement that
was not there yet when a record was judged could have an earlier timestamp than the record, and a replay would judge
otherwise. With more, a new key is refused for longer, and a stolen one is believed for longer."""

MAX_KEYS = 100
"""Keys of one agency that are kept: one a month for eight years; further ones do not count. With fewer, an agency that
changes its key often can not sign any more. With many more, a mistake of the root's fills the memory of who checks."""


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
    return proof.audience == trust.cluster and verifies(trust.root, proof, data.statement)


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


def verifies(public: Ed25519PublicKey, signature: Signature, value: bytes) -> bool:
    """Tell whether a signature is this key's of these bytes."""
    try:
        public.verify(signature.proof, signature.covers(value))
    except InvalidSignature:
        return False
    return True
