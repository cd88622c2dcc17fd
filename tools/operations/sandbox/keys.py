"""Keys of a sandbox: a root of its own, and a signing key for every agency, published on `agency.key`."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from chassis.runtime import clock
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from contracts.keys import AgencyKey, key_event, statement
from contracts.signatures import KEY
from lienthong_agency.signing import SigningKey, new_key, sign

VALID = timedelta(days=30)
"""How long the keys of a sandbox count. It seldom lives longer than a day; its keys are of no use elsewhere."""


def new_keys(agencies: Iterable[str], cluster: str) -> dict[str, SigningKey]:
    """A key for each agency.

    Args:
        agencies: their codes.
        cluster: the cluster's name, which their signatures are for.
    """
    return {agency: new_key(agency, cluster) for agency in agencies}


async def publish(publisher: Publisher, root: SigningKey, keys: Mapping[str, SigningKey]) -> None:
    """Say by the root who has which key."""
    now = clock.now()
    told = []
    for agency, key in keys.items():
        until = now + VALID
        proof = sign(statement(agency, key.kid, key.public_key, now, until), root, KEY).decode()
        data = AgencyKey(
            agency=agency, kid=key.kid, public_key=key.public_key, valid_from=now, valid_until=until, proof=proof
        )
        told.append(message_of(key_event(data, now)))
    await publisher(told)
