"""Connecting an agency to the bus, changing its credentials, and cutting it off. All as the bus's administrator."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from chassis.runtime.bus.admin import SAFE_COPIES, TOPIC_SETTINGS, BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.settings import Settings
from contracts.claims import AgencyReported
from lienthong_agency.signing import SigningKey, new_key
from tools.operations import access, access_folder, access_keys, access_users
from tools.operations.access_plan import AGENCY_PRINCIPAL, agency_principal, inbox_topic, plan
from tools.operations.registry import all_services


@dataclass(frozen=True)
class Connection:
    """What the commands about one agency need.

    Attributes:
        settings: speak as the administrator.
        code: of the agency, from the directory.
        folder: where its credentials are, or will be.
        root: signs what is said of its keys; None where nobody has to sign, or where it is not at hand.
    """

    settings: Settings
    code: str
    folder: Path
    root: SigningKey | None = None

    @property
    def bus(self) -> Bus:
        """The bus, as its administrator reaches it."""
        return self.settings.bus


def connected(bus: Bus) -> list[str]:
    """Codes of the agencies that are connected: those that have a user on the bus.

    Raises:
        BusError: the bus does not answer, or does not let us.
    """
    users = access_users.users(bus)
    return sorted(user.removeprefix(AGENCY_PRINCIPAL) for user in users if user.startswith(AGENCY_PRINCIPAL))


async def add(connection: Connection, now: datetime, until: datetime) -> None:
    """Connect an agency: inbox, rights, key, user, and a folder of credentials.

    Whoever is interrupted calls it again, or `rotate`.

    Args:
        connection: see there.
        now: the moment from which its key counts.
        until: the moment at which its key ends.

    Raises:
        BusError: it is connected already, or the bus refuses.
        SettingsError: the folder can not be written.
    """
    code = connection.code
    codes = await asyncio.to_thread(connected, connection.bus)
    if code in codes:
        raise BusError(f"{code} is connected already: `lienthong agency rotate {code}` gives it new credentials")
    access_folder.require_ours(connection.folder)
    await _make_inbox(connection.bus, inbox_topic(code))
    await _give_rights(connection, [*codes, code])
    await _equip(connection, now, until)


async def rotate(connection: Connection, now: datetime, until: datetime, old_until: datetime) -> None:
    """Give an agency a new password and a new key. The old password ends at once, its old keys at `old_until`.

    Raises:
        BusError: it is not connected, or the bus refuses.
        SettingsError: the folder can not be written.
    """
    await _require_connected(connection)
    old = await access_keys.living(connection.bus, connection.code, now)
    await _equip(connection, now, until)
    if connection.root:
        await access_keys.publish(
            connection.bus, [access_keys.ending(connection.root, key, old_until) for key in old], now
        )


async def revoke(connection: Connection, now: datetime) -> bool:
    """Cut an agency off: its rights and its user end at once, and its keys are revoked. Its inbox stays, unread.

    Returns:
        Whether all its keys are revoked: not where some count and the root's key is not at hand.

    Raises:
        BusError: the bus refuses.
    """
    bus, code = connection.bus, connection.code
    codes = await asyncio.to_thread(connected, bus)
    # Rights first: a connection that is open outlives its user, but not its rights.
    await _give_rights(connection, [other for other in codes if other != code])
    await asyncio.to_thread(access_users.remove_user, bus, agency_principal(code))
    if connection.settings.kafka_access:
        (connection.settings.kafka_access / f"{agency_principal(code)}.json").unlink(missing_ok=True)
    keys = await access_keys.living(bus, code, now)
    root = connection.root
    if root:
        await access_keys.publish(bus, [access_keys.revoking(root, key, now) for key in keys], now)
    return bool(root) or not keys


async def _equip(connection: Connection, now: datetime, until: datetime) -> None:
    """A new key, a new password, and the folder with both, which is written when the bus knows them."""
    bus, code, root = connection.bus, connection.code, connection.root
    key = new_key(code, connection.settings.cluster) if root else None
    if root and key:
        await access_keys.publish(bus, [access_keys.first_statement(root, key, now, until)], now)
    theirs = await asyncio.to_thread(access_users.set_password, bus, agency_principal(code))
    access_folder.write_folder(connection.folder, code, theirs, key)
    if connection.settings.kafka_access:
        access_folder.write_for_the_stack(connection.settings.kafka_access, code, theirs)


async def _require_connected(connection: Connection) -> None:
    if connection.code not in await asyncio.to_thread(connected, connection.bus):
        raise BusError(f"{connection.code} is not connected: `lienthong agency add {connection.code}` connects it")


async def _give_rights(connection: Connection, codes: list[str]) -> None:
    planned = plan(all_services(connection.settings), connection.settings.group_prefix, codes)
    await asyncio.to_thread(access.apply, connection.bus, planned)


async def _make_inbox(bus: Bus, topic: str) -> None:
    """Make an inbox with as many partitions and copies as the other topics have.

    Raises:
        BusError: the bus refuses.
    """
    client = bus.admin()
    try:
        await client.start()
        [model] = await client.describe_topics([AgencyReported.TYPE])
        if not (partitions := model["partitions"]):
            raise BusError("the topics are missing: run `lienthong topics apply` first")
        copies = len(partitions[0]["replicas"])
        in_sync = {"min.insync.replicas": "2"} if copies >= SAFE_COPIES else {}
        await client.create_topics([NewTopic(topic, len(partitions), copies, topic_configs=TOPIC_SETTINGS | in_sync)])
    except TopicAlreadyExistsError:
        return  # it was connected before
    except KafkaError as error:
        raise BusError(f"the topic {topic} can not be made: {error}") from None
    finally:
        await client.close()
