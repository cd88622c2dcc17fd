"""Keys of the agencies that are played: from the moment they are published on, everybody has to sign."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from chassis.core.agency_keys import SETTLED
from chassis.runtime import clock
from chassis.runtime.bus.connection import Bus
from contracts.signatures import encoded
from interop.life import ASKED, NAMED, OFFICE, UNIT
from lienthong_agency.signing import SigningKey, new_key
from tools.operations.access_keys import first_statement, publish

CLUSTER = "lienthong-interop"
"""What the signatures of a run are for."""


def new_keys() -> dict[str, SigningKey]:
    """A key for each agency of the life."""
    return {code: new_key(code, CLUSTER) for code in (UNIT, OFFICE, NAMED, ASKED)}


def in_file(key: SigningKey) -> dict[str, str]:
    """A key as its file has it."""
    seed = encoded(key.private_key.private_bytes_raw())
    return {"kid": key.kid, "agency": key.agency, "audience": key.audience, "private_key": seed}


async def begin_signing(bus: Bus, root: SigningKey, keys: Mapping[str, SigningKey]) -> None:
    """Publish the keys; return when they count."""
    now = clock.now()
    await publish(bus, [first_statement(root, key, now, now + timedelta(days=1)) for key in keys.values()], now)
    await asyncio.sleep(2 * SETTLED.total_seconds())  # by the broker's clock, so there is nothing to await
