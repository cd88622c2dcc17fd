"""What the root says of an agency's keys on `agency.key`: a new one counts, an old one ends, all are revoked."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.bus.streams import records
from chassis.runtime.settings_error import SettingsError
from contracts.keys import AgencyKey, key_event, statement
from contracts.signatures import KEY
from contracts.topics import BadEventError, UnknownTypeError, read_event
from lienthong_agency.signing import KeyFileError, SigningKey, new_key, read_key, sign, write_key

ROOT = "root"
"""What stands in the root's key file in the place of an agency."""


def make_root(file: Path, cluster: str) -> SigningKey:
    """Make the key of a root for a cluster, and write its file, which belongs on no computer that is always on.

    Raises:
        SettingsError: the file is there, or can not be written.
    """
    root = new_key(ROOT, cluster)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_key(root, file)
    except OSError as error:
        raise SettingsError(f"{file} can not be written ({error.strerror}): a key is never overwritten") from None
    return root


def read_root(file: Path, cluster: str, public_key: str) -> SigningKey:
    """The root's key from its file, once it is proved to be the one that this cluster believes.

    Raises:
        SettingsError: it is not, or the file can not be used.
    """
    try:
        root = read_key(file)
    except KeyFileError as error:
        raise SettingsError(f"--root-key: {error}") from None
    if root.audience != cluster:
        raise SettingsError(
            f"--root-key: {file} is for the cluster {root.audience}, and LIENTHONG_CLUSTER is {cluster}"
        )
    if root.public_key != public_key:
        raise SettingsError(f"--root-key: LIENTHONG_ROOT_KEY is not the public half of {file}: nobody would believe it")
    return root


def stated(root: SigningKey, of: AgencyKey) -> AgencyKey:
    """A statement with the root's proof in the place of whatever stood there."""
    told = statement(of.agency, of.kid, of.public_key, of.valid_from, of.valid_until, revoked_at=of.revoked_at)
    return of.model_copy(update={"proof": sign(told, root, KEY).decode()})


def first_statement(root: SigningKey, key: SigningKey, since: datetime, until: datetime) -> AgencyKey:
    """The statement that a key counts from one moment until another."""
    data = AgencyKey(
        agency=key.agency, kid=key.kid, public_key=key.public_key, valid_from=since, valid_until=until, proof="-"
    )
    return stated(root, data)


def ending(root: SigningKey, key: AgencyKey, until: datetime) -> AgencyKey:
    """The statement that a key ends at this moment, and no later than it ends anyway."""
    return stated(root, key.model_copy(update={"valid_until": min(key.valid_until, until)}))


def revoking(root: SigningKey, key: AgencyKey, at: datetime) -> AgencyKey:
    """The statement that a key counts no more from this moment on (thu hồi khóa)."""
    return stated(root, key.model_copy(update={"revoked_at": at}))


async def publish(bus: Bus, statements: Iterable[AgencyKey], at: datetime) -> None:
    """Put statements on the bus.

    Raises:
        KafkaError, TimeoutError: the bus is down, or refuses.
    """
    publisher = Publisher(bus)
    try:
        await publisher([message_of(key_event(data, at)) for data in statements])
    finally:
        await publisher.stop()


async def living(bus: Bus, agency: str, at: datetime) -> list[AgencyKey]:
    """The keys of an agency that count at this moment, by what was said of them; proofs are the checkers' matter.

    Raises:
        BusError: the bus does not answer.
    """
    found = dict[str, AgencyKey]()
    async for record in records(bus, [AgencyKey.TYPE]):
        try:
            data = read_event(record.topic, record.value or b"").data
        except (BadEventError, UnknownTypeError):
            continue
        if data.agency == agency:
            known = found.setdefault(data.kid, data)
            earlier = {"valid_until": min(known.valid_until, data.valid_until)}
            found[data.kid] = known.model_copy(update={**earlier, "revoked_at": known.revoked_at or data.revoked_at})
    return [key for key in found.values() if key.revoked_at is None and key.valid_until > at]
