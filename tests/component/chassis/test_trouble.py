"""What is wrong with the bus is told apart: who has to mend it differs."""

from collections.abc import Callable, Coroutine
from typing import Any

import aiokafka.client
import pytest
from aiokafka.errors import (
    AuthenticationFailedError,
    CorruptRecordException,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
    UnsupportedCodecError,
    UnsupportedSaslMechanismError,
)

from chassis.runtime.bus.admin import Admin, BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.bus.subscription import Subscription
from chassis.runtime.bus.trouble import about_place, kind_of, told
from chassis.runtime.settings import Settings

KINDS = [
    (UnsupportedCodecError("zstd"), "codec"),
    (CorruptRecordException("Invalid CRC"), "damaged"),
    (ValueError("not a frame"), "damaged"),
    (TopicAuthorizationFailedError("t"), "no-right"),
    (GroupAuthorizationFailedError("g"), "no-right"),
    (AuthenticationFailedError("SCRAM"), "credentials"),
    (UnsupportedSaslMechanismError("PLAIN"), "credentials"),
    (KafkaConnectionError("Unable to bootstrap"), "down"),
]


@pytest.mark.parametrize(("error", "kind"), KINDS, ids=lambda one: type(one).__name__)
def test_each_error_is_of_one_kind(error: Exception, kind: str) -> None:
    assert kind_of(error) == kind


def test_a_missing_right_is_its_topic_s_and_a_broker_that_is_down_no_partition_s() -> None:
    assert about_place(TopicAuthorizationFailedError("t"), "t")
    assert not about_place(TopicAuthorizationFailedError("u"), "t")
    assert not about_place(KafkaConnectionError("gone"), "t")
    assert about_place(IndexError(), "t")


def test_of_an_error_that_is_not_kafka_s_only_the_class_is_told() -> None:
    assert told(KeyError("Nguyễn Văn A")) == "KeyError"


async def _start(_settings: Settings) -> None:
    await Subscription(_settings, Bus("127.0.0.1:1"), "g", ["t"], _nothing).start()


async def _nothing(*_: Any) -> None:
    pass


async def _publish(_settings: Settings) -> None:
    await Publisher(Bus("127.0.0.1:1"))([Message("t", None, b"")])


Connect = Callable[[Settings], Coroutine[Any, Any, None]]


@pytest.mark.parametrize("connect", [_start, _publish])
@pytest.mark.parametrize(
    ("cause", "told_as"),
    [
        (AuthenticationFailedError("SCRAM: wrong password"), AuthenticationFailedError),
        (OSError("Connect call failed"), KafkaConnectionError),
    ],
)
async def test_a_wrong_password_is_told_apart_from_a_broker_that_is_down(
    monkeypatch: pytest.MonkeyPatch, connect: Connect, cause: Exception, told_as: type[KafkaError]
) -> None:
    async def refuse(*_: Any, **__: Any) -> None:
        raise cause

    monkeypatch.setattr(aiokafka.client, "create_conn", refuse)
    with pytest.raises(KafkaError) as found:
        await connect(Settings.model_construct())
    assert type(found.value) is told_as


async def test_readiness_says_so_before_there_is_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: Any, **__: Any) -> None:
        raise AuthenticationFailedError("SCRAM: wrong password")

    monkeypatch.setattr(aiokafka.client, "create_conn", refuse)
    subscription = Subscription(Settings.model_construct(), Bus("127.0.0.1:1"), "g", ["t"], _nothing)
    with pytest.raises(AuthenticationFailedError):
        await subscription.start()
    assert [trouble.kind for trouble in subscription.troubles] == ["credentials"]


async def test_the_command_line_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: Any, **__: Any) -> None:
        raise AuthenticationFailedError("SCRAM: wrong password")

    monkeypatch.setattr(aiokafka.client, "create_conn", refuse)
    with pytest.raises(BusError, match="does not know us"):
        async with Admin(Bus("127.0.0.1:1")):
            pass
