"""The bus as the product needs it: every topic is there, and on the embedded stack everybody has his rights."""

import asyncio

from chassis.runtime.bus.admin import Admin
from chassis.runtime.settings import Settings
from contracts.topics import DEFAULT_PARTITIONS
from tools.operations.access_plan import plan
from tools.operations.environment import PERSONAL_KEYS
from tools.operations.personal_keys import ensure_key_file
from tools.operations.registry import all_services


async def prepare_bus(settings: Settings, partitions: int = DEFAULT_PARTITIONS, replication: int = 1) -> list[str]:
    """Make the topics that are missing, and return them; then give the rights of the plan, and keys to personal data.

    Rights are given only where a folder of credentials is known (`kafka_access`), so on the embedded stack. Elsewhere
    somebody else may tend them; there `lienthong access apply` does it.

    Raises:
        BusError: the bus does not answer, or refuses.
    """
    async with Admin(settings.bus) as admin:
        created = await admin.apply(partitions, replication)
    if settings.kafka_access is not None:
        await _give_rights(settings)
        ensure_key_file(settings.kafka_access / PERSONAL_KEYS)
    return created


async def _give_rights(settings: Settings) -> None:
    # Their client is an extra that only administrators need.
    from tools.operations.access import apply  # noqa: PLC0415
    from tools.operations.access_agency import connected  # noqa: PLC0415

    agencies = await asyncio.to_thread(connected, settings.bus)
    await asyncio.to_thread(apply, settings.bus, plan(all_services(settings), settings.group_prefix, agencies))
