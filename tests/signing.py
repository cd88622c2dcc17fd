"""Keys for tests: a root, agencies' keys that follow from their names, and what the root says of them."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.core.agency_keys import NO_KEYS, Keys, learn, trust
from chassis.runtime.bus.signed import Signatures
from contracts.keys import AgencyKey, statement
from contracts.signatures import KEY
from lienthong_agency.signing import SigningKey, sign, thumbprint

CLUSTER = "lienthong-test"
YEAR = timedelta(days=365)


def key_of(agency: str, which: str = "", cluster: str = CLUSTER) -> SigningKey:
    """The key of an agency, or another one of its; the same at every run."""
    seed = hashlib.sha256(f"{agency}|{which}".encode()).digest()
    private_key = Ed25519PrivateKey.from_private_bytes(seed)
    return SigningKey(thumbprint(private_key.public_key().public_bytes_raw()), private_key, cluster, agency)


ROOT = key_of("root")
TRUST = trust(ROOT.public_key, CLUSTER)


def statement_of(key: SigningKey, since: datetime, by: SigningKey = ROOT, **told: Any) -> AgencyKey:
    """The root's statement that this key counts from then on; for a year, if it says nothing else."""
    fields = {
        "agency": key.agency,
        "kid": key.kid,
        "public_key": key.public_key,
        "valid_from": since,
        "valid_until": since + YEAR,
        **told,
    }
    return AgencyKey(**fields, proof=sign(statement(**fields), by, KEY).decode())


class Registry:
    """All that a root has said, as a table of keys."""

    def __init__(self, *agencies: str, since: datetime) -> None:
        self.keys: Keys = NO_KEYS
        for agency in agencies:
            self.tell(statement_of(key_of(agency), since), since)

    def tell(self, data: AgencyKey, at: datetime) -> None:
        """One statement more, at a moment of the broker's."""
        self.keys = learn(self.keys, data, at)

    async def now(self) -> Signatures:
        """As a `KeyTable`."""
        return Signatures(self.keys, TRUST)
