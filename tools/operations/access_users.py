"""Users of the bus: who has a name and a password there (SCRAM-SHA-512, RFC 5802 and 7677)."""

import secrets
from dataclasses import replace

from confluent_kafka import KafkaException
from pydantic import SecretStr

from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.connection import Bus
from tools.operations.access_client import ANSWER_SECONDS, admin_client, await_that, done, kafka

PASSWORD_BYTES = 32
"""Random bytes of a password: 256 bits can not be guessed. Fewer might be, one day; more gain nothing."""

ROUNDS = 8192
"""Rounds of hashing. The passwords are random and 256 bits long, so that more would only slow down each connection;
Kafka takes no fewer than 4096."""


def set_password(bus: Bus, user: str) -> Bus:
    """Give a user a new random password of 256 bits, and make the user where there is none. The old one ends at once.

    Connections that are open stay open.

    Returns:
        The bus as this user reaches it; the broker knows the password by then.

    Raises:
        BusError: the bus does not answer, or does not let us.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    hashed = kafka.ScramCredentialInfo(kafka.ScramMechanism.SCRAM_SHA_512, ROUNDS)
    new = kafka.UserScramCredentialUpsertion(user, hashed, password.encode())
    client = admin_client(bus)
    done(bus, client.alter_user_scram_credentials([new], request_timeout=ANSWER_SECONDS))
    theirs = replace(bus, mechanism="SCRAM-SHA-512", user=user, password=SecretStr(password))
    _enter(theirs)
    return theirs


def _enter(theirs: Bus) -> None:
    """Return when the broker lets this user in. The controller knows a password before the broker does.

    Raises:
        BusError: it does not in time.
    """
    client = admin_client(theirs)  # which tries again by itself
    try:
        client.list_topics(timeout=ANSWER_SECONDS)
    except KafkaException:
        raise BusError(f"Kafka at {theirs} does not let {theirs.user} in: look at its log, and rotate again") from None


def remove_user(bus: Bus, user: str) -> None:
    """Remove a user; nothing happens where there is none.

    Raises:
        BusError: the bus does not answer, or does not let us.
    """
    if user not in users(bus):
        return
    gone = kafka.UserScramCredentialDeletion(user, kafka.ScramMechanism.SCRAM_SHA_512)
    client = admin_client(bus)
    done(bus, client.alter_user_scram_credentials([gone], request_timeout=ANSWER_SECONDS))
    await_that(bus, lambda: user not in users(bus))


def users(bus: Bus) -> set[str]:
    """Everybody who has a password on the bus.

    Raises:
        BusError: the bus does not answer, or does not let us.
    """
    client = admin_client(bus)
    [found] = done(bus, {"all": client.describe_user_scram_credentials(request_timeout=ANSWER_SECONDS)})
    return set(found)
