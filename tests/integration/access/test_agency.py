"""An agency is connected, gets new credentials, and is cut off, on a real broker that asks everybody who he is."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError
from pydantic import SecretStr

from chassis.runtime import clock
from chassis.runtime.bus.access_file import read_access
from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.settings import Settings, SettingsError
from contracts.keys import AgencyKey
from lienthong_agency.signing import SigningKey, new_key, read_key
from tools.operations import access, access_agency, access_keys
from tools.operations.access_agency import Connection
from tools.operations.access_plan import Right, inbox_topic, plan
from tools.operations.registry import all_services

pytestmark = pytest.mark.stack

CODE = "H29.13"
ROOT = new_key("root", "lienthong-local")
YEAR, WEEK = timedelta(days=365), timedelta(days=7)

pytestmark = pytest.mark.stack


@pytest.fixture
async def connection(administrator: Settings, credentials: Path) -> AsyncIterator[Connection]:
    found = Connection(administrator, CODE, credentials / CODE, ROOT)
    yield found
    await access_agency.revoke(found, clock.now())


async def added(connection: Connection) -> datetime:
    now = clock.now()
    await access_agency.add(connection, now, now + YEAR)
    return now


def theirs(connection: Connection) -> Bus:
    told = read_access(connection.folder / "bus.json")
    return Bus(told.servers, told.security, told.mechanism, told.user, told.password, told.ca)


async def write(bus: Bus, topic: str) -> None:
    producer = bus.producer()
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"{}", key=b"x", partition=0)
    finally:
        await producer.stop()


async def can_connect(bus: Bus) -> bool:
    client = bus.admin()
    try:
        await client.start()
    except KafkaError:
        return False
    finally:
        await client.close()
    return True


async def test_an_agency_that_was_added_can_speak_and_no_more_than_that(connection):
    await added(connection)
    await write(theirs(connection), "agency.reported")
    for topic in ("dossier.transferred", inbox_topic(CODE), "agency.key"):
        with pytest.raises(TopicAuthorizationFailedError):
            await write(theirs(connection), topic)


async def test_its_folder_is_closed_to_others_and_holds_what_each_client_needs(connection):
    await added(connection)
    files = {path.name: path for path in connection.folder.iterdir()}
    names = {"bus.json", "key.json", "java.properties", "librdkafka.properties", "python.json", "ca.pem"}
    assert files.keys() == names
    assert connection.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    told = json.loads(files["bus.json"].read_text())
    assert (told["agency"], told["protocol"], told["inbox"], told["ca"]) == (
        CODE, "SASL_SSL", inbox_topic(CODE), "ca.pem",
    )  # fmt: skip
    assert len(told["password"]) >= 43
    assert read_key(files["key.json"]).agency == CODE
    assert f'username="agency-{CODE}"' in files["java.properties"].read_text()


async def test_the_properties_for_librdkafka_are_usable_as_they_are(connection):
    from confluent_kafka import Producer  # noqa: PLC0415

    await added(connection)
    lines = (connection.folder / "librdkafka.properties").read_text().splitlines()
    told = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    errors = []
    producer = Producer({name: value for name, value in told.items() if name not in ("group.id", "isolation.level")})
    producer.produce("agency.reported", b"{}", b"x", on_delivery=lambda error, _: errors.append(error))
    producer.flush(20)
    assert errors == [None]


async def test_its_key_is_published_with_the_roots_proof(connection):
    now = await added(connection)
    [key] = await access_keys.living(connection.bus, CODE, now)
    assert key.kid == read_key(connection.folder / "key.json").kid
    assert key == access_keys.stated(ROOT, key)
    assert key.valid_until == now + YEAR


async def test_who_is_connected_is_not_added_again(connection):
    await added(connection)
    before = theirs(connection)
    with pytest.raises(BusError, match=f"lienthong agency rotate {CODE}"):
        await added(connection)
    assert await can_connect(before)


async def test_a_rotation_ends_the_old_password_at_once_and_the_old_key_when_it_says(connection):
    now = await added(connection)
    old, old_key = theirs(connection), read_key(connection.folder / "key.json")
    await access_agency.rotate(connection, now, now + YEAR, now + WEEK)
    new_key = read_key(connection.folder / "key.json")
    assert await can_connect(theirs(connection))
    assert not await can_connect(old)
    ends = {key.kid: key.valid_until for key in await access_keys.living(connection.bus, CODE, now)}
    assert ends == {old_key.kid: now + WEEK, new_key.kid: now + YEAR}


async def test_a_second_rotation_gives_no_old_key_more_time(connection):
    now = await added(connection)
    await access_agency.rotate(connection, now, now + YEAR, now + WEEK)
    await access_agency.rotate(connection, now, now + YEAR, now + 2 * WEEK)
    ends = sorted(key.valid_until for key in await access_keys.living(connection.bus, CODE, now))
    assert ends == [now + WEEK, now + 2 * WEEK, now + YEAR]


async def test_who_is_not_connected_is_not_rotated(connection):
    with pytest.raises(BusError, match=f"lienthong agency add {CODE}"):
        await access_agency.rotate(connection, clock.now(), clock.now() + YEAR, clock.now())


async def test_a_revocation_ends_rights_user_and_keys_at_once_even_on_an_open_connection(connection):
    now = await added(connection)
    producer = theirs(connection).producer()
    await producer.start()
    try:
        await producer.send_and_wait("agency.reported", b"{}", key=b"x", partition=0)
        assert await access_agency.revoke(connection, now)
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait("agency.reported", b"{}", key=b"x", partition=0)
    finally:
        await producer.stop()
    assert not await can_connect(theirs(connection))
    assert not await access_keys.living(connection.bus, CODE, now)
    assert CODE not in access_agency.connected(connection.bus)


async def test_without_the_roots_key_a_revocation_says_that_keys_still_count(connection):
    now = await added(connection)
    assert not await access_agency.revoke(replace(connection, root=None), now)
    assert len(await access_keys.living(connection.bus, CODE, now)) == 1


async def test_a_folder_that_holds_something_else_is_never_replaced(connection):
    connection.folder.mkdir(parents=True)
    (connection.folder / "thesis.txt").write_text("my only copy")
    with pytest.raises(SettingsError, match="holds something else"):
        await added(connection)
    assert (connection.folder / "thesis.txt").read_text() == "my only copy"
    assert CODE not in access_agency.connected(connection.bus)


async def test_rights_are_given_once_and_what_nobody_planned_is_taken_away(administrator):
    services = all_services(administrator)
    codes = access_agency.connected(administrator.bus)
    planned = plan(services, administrator.group_prefix, codes)
    access.apply(administrator.bus, planned)
    assert access.compare(administrator.bus, planned) == ((), ())
    more = plan(services, administrator.group_prefix, [*codes, "H29.30"])
    assert access.apply(administrator.bus, more).missing
    assert not access.apply(administrator.bus, more).missing
    gone = access.apply(administrator.bus, planned).unplanned
    assert set(gone) == more - planned


async def test_who_is_not_the_administrator_is_refused(administrator):
    operator = administrator.model_copy(update={"kafka_security": "PLAINTEXT"}).speaking_as("operator")
    right = Right("operator", "topic", "agency.key", "write")
    with pytest.raises(BusError, match="administrator"):
        access.apply(operator.bus, frozenset({right}))


async def test_a_wrong_password_is_said(administrator, monkeypatch):
    monkeypatch.setattr("tools.operations.access.ANSWER_SECONDS", 1.0)
    stranger = replace(administrator.bus, password=SecretStr("wrong"))
    with pytest.raises(BusError, match="does not know admin"):
        access.compare(stranger, frozenset())


def test_the_roots_key_has_to_be_the_one_that_is_believed(tmp_path):
    file = tmp_path / "root.json"
    made = access_keys.make_root(file, "lienthong-local")
    assert access_keys.read_root(file, "lienthong-local", made.public_key).kid == made.kid
    for cluster, public, complaint in (
        ("another", made.public_key, "LIENTHONG_CLUSTER"),
        ("lienthong-local", ROOT.public_key, "LIENTHONG_ROOT_KEY"),
    ):
        with pytest.raises(SettingsError, match=complaint):
            access_keys.read_root(file, cluster, public)
    with pytest.raises(SettingsError, match="never overwritten"):
        access_keys.make_root(file, "lienthong-local")
    with pytest.raises(SettingsError, match="root-key"):
        access_keys.read_root(tmp_path / "missing.json", "lienthong-local", made.public_key)


def test_a_key_that_is_stated_again_says_the_same(tmp_path):
    key: SigningKey = new_key(CODE, "lienthong-local")
    first = access_keys.first_statement(ROOT, key, clock.now(), clock.now() + YEAR)
    assert isinstance(first, AgencyKey)
    assert access_keys.ending(ROOT, first, first.valid_until + WEEK).valid_until == first.valid_until
    assert access_keys.revoking(ROOT, first, first.valid_from).revoked_at == first.valid_from
