"""The client for rights and users of the bus: Confluent's, because aiokafka can set neither."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaException, admin

from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.connection import Bus

kafka: Any = admin
"""Its own types leave out the half of what it exports."""

ANSWER_SECONDS = 15.0
"""Seconds within which the broker has to answer. A broker that starts needs some; longer only waits for one that is not
there, or does not know us: of either this client says that the time is over."""

LOOK_SECONDS = 0.05
"""Seconds between two looks whether a change counts. The broker tells nobody when; it needs some milliseconds."""

SILENT = "_TIMED_OUT"
"""The name of that error."""


def admin_client(bus: Bus) -> Any:
    """A client that is not connected yet. Hold it until its answers are there: it takes its requests with it."""
    return kafka.AdminClient(client_settings(bus))


def client_settings(bus: Bus) -> dict[str, Any]:
    """How librdkafka is told to reach a bus, and as whom."""
    told: dict[str, Any] = {"bootstrap.servers": bus.servers, "security.protocol": bus.security, "log_level": 0}
    if bus.ca:
        told["ssl.ca.location"] = str(bus.ca)
    if bus.certificate and bus.key:
        told |= {"ssl.certificate.location": str(bus.certificate), "ssl.key.location": str(bus.key)}
    if bus.says_who:
        told |= {
            "sasl.mechanism": bus.mechanism,
            "sasl.username": bus.user,
            "sasl.password": bus.password.get_secret_value(),
        }
    return told


def await_that(bus: Bus, counts: Callable[[], bool]) -> None:
    """Return when a change counts. The controller has it before the brokers go by it.

    Raises:
        BusError: it does not count in time.
    """
    until = time.monotonic() + ANSWER_SECONDS
    while not counts():
        if time.monotonic() > until:
            raise BusError(f"Kafka at {bus} has taken a change and does not go by it: look at its log")
        time.sleep(LOOK_SECONDS)


def done(bus: Bus, futures: Mapping[Any, "Future[Any]"]) -> list[Any]:
    """What came of every request.

    Raises:
        BusError: one of them failed.
    """
    try:
        return [future.result() for future in futures.values()]
    except KafkaException as error:
        reason = error.args[0]
        if reason.name() == SILENT:
            raise BusError(
                f"Kafka at {bus} does not answer, or does not know {bus.user or 'us'}: mend address, name or password"
            ) from None
        raise BusError(
            f"Kafka at {bus} does not set or tell rights ({reason.name()}: {reason.str()}): it needs an authorizer, "
            "and us as its administrator"
        ) from None
