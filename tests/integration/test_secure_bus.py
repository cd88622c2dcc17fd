"""A broker that asks everybody who he is: who is let in, and what readiness says of who is not."""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from chassis.runtime.bus.admin import Admin, BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.bus.subscription import Subscription
from chassis.runtime.bus.trouble import kind_of
from chassis.runtime.settings import Settings
from deploy.embedded import Stack, authority, kafka
from deploy.embedded.broker_settings import server_properties
from deploy.embedded.joining import bus_of
from tests.token_endpoint import CLIENT, SECRET, token_endpoint, unsigned

pytestmark = [pytest.mark.stack, pytest.mark.slow]
TOPIC = "dossier.received"
LOGIN = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def mutual() -> int:
    """The port at which the broker knows its clients by their certificates."""
    return free_port()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, mutual: int) -> Iterator[Stack]:
    """A broker as the stack starts it, which takes tokens and certificates as well."""

    def more(*arguments: object) -> str:
        text = server_properties(*arguments)  # type: ignore[arg-type]
        text = re.sub(r"(?m)^((?:advertised\.)?listeners=SASL_SSL://[^,\n]*)", rf"\1,MUTUAL://127.0.0.1:{mutual}", text)
        return text.replace("CONTROLLER:SSL,", "CONTROLLER:SSL,MUTUAL:SSL,").replace(
            "sasl.enabled.mechanisms=", "sasl.enabled.mechanisms=OAUTHBEARER,"
        ) + (
            "listener.name.mutual.ssl.client.auth=required\n"
            f"listener.name.sasl_ssl.oauthbearer.sasl.jaas.config={LOGIN} required;\n"
        )

    made = Stack.ephemeral(tmp_path_factory.mktemp("secure"), secure=True)
    try:
        with patch.object(kafka, "server_properties", more):
            made.start("kafka")
        yield made
    finally:
        made.down()


@pytest.fixture(scope="module")
def admin(stack: Stack) -> Bus:
    """The bus as one who may do everything."""
    return bus_of(stack.endpoints)


@pytest.fixture(scope="module", autouse=True)
async def topics(admin: Bus) -> None:
    """All topics are there, and nobody has any right."""
    async with Admin(admin) as connected:
        await connected.apply()


@pytest.fixture
def tokens(admin: Bus) -> Iterator[tuple[Bus, object]]:
    with token_endpoint() as endpoint:
        made = replace(
            admin,
            mechanism="OAUTHBEARER",
            user="",
            password=SecretStr(""),
            token_url=endpoint.url,
            client_id=CLIENT,
            client_secret=SecretStr(SECRET),
        )
        yield made, endpoint


async def topics_seen(bus: Bus) -> int:
    async with Admin(bus) as connected:
        return len(await connected.topics())


async def kind_of_start(bus: Bus) -> list[str]:
    """The reasons that readiness gives after an instance tried to join its group."""
    subscription = Subscription(Settings(), bus, "lienthong.sla", [TOPIC], nothing)
    with suppress(KafkaError):
        await subscription.start()
    try:
        async with asyncio.timeout(30):
            while not subscription.troubles:  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.05)
    finally:
        await subscription.stop()
    return [trouble.kind for trouble in subscription.troubles]


async def nothing(*_: object) -> None:
    """Take a batch."""


async def test_who_has_the_password_is_let_in(admin: Bus) -> None:
    assert await topics_seen(admin) > 0


async def test_a_wrong_password_is_said(admin: Bus) -> None:
    wrong = replace(admin, password=SecretStr("guessed"))
    assert await kind_of_start(wrong) == ["credentials"]
    with pytest.raises(BusError, match=r"does not know us .*mend name or password"):
        await topics_seen(wrong)


async def test_an_authority_that_is_not_the_broker_s_is_said(admin: Bus, tmp_path: Path) -> None:
    authority.prepare(tmp_path)
    other = replace(admin, ca=tmp_path / "ca.pem")
    assert await kind_of_start(other) == ["certificate"]
    with pytest.raises(BusError, match="LIENTHONG_KAFKA_CA"):
        await topics_seen(other)
    assert await kind_of_start(replace(admin, ca=None)) == ["certificate"]


async def test_a_right_that_nobody_gave_is_said(stack: Stack) -> None:
    sla = bus_of(stack.endpoints, "sla")
    assert await kind_of_start(sla) == ["no-right"]
    publisher = Publisher(sla)
    with pytest.raises(KafkaError) as found:
        await publisher([Message(TOPIC, b"key", b"{}")])
    assert kind_of(found.value) == "no-right"
    await publisher.stop()


async def test_who_says_nothing_of_himself_gets_nothing(admin: Bus) -> None:
    assert await kind_of_start(Bus(admin.servers)) == ["down"]


async def test_a_client_is_known_by_its_certificate(admin: Bus, stack: Stack, mutual: int) -> None:
    assert stack.access is not None
    ours = stack.access / authority.SERVERS
    known = Bus(f"127.0.0.1:{mutual}", "SSL", ca=admin.ca, certificate=ours, key=ours)
    assert await topics_seen(known) > 0
    with pytest.raises(BusError):
        await topics_seen(replace(known, certificate=None, key=None))


async def test_a_token_lets_its_subject_in(tokens) -> None:
    bus, endpoint = tokens
    endpoint.answer = {"access_token": unsigned("admin"), "expires_in": 3600}
    assert await topics_seen(bus) > 0


async def test_a_refused_token_is_said_as_a_wrong_password_is(tokens) -> None:
    bus, endpoint = tokens
    endpoint.answer = {"access_token": unsigned("admin", seconds=-3600), "expires_in": 3600}
    assert await kind_of_start(bus) == ["credentials"]


async def test_a_token_endpoint_that_does_not_know_us_or_is_away_is_said(tokens) -> None:
    bus, endpoint = tokens
    endpoint.status = 401
    assert await kind_of_start(bus) == ["credentials"]
    assert await kind_of_start(replace(bus, token_url="http://127.0.0.1:1/token")) == ["down"]  # noqa: S106 - no secret
