"""Users of the bus: who has a name and a password there (SCRAM-SHA-512, RFC 5802 and 7677)."""

import secrets

from pydantic import SecretStr

from chassis.runtime.bus.connection import Bus
from tools.operations.access_client import ANSWER_SECONDS, admin_client, done, kafka

PASSWORD_BYTES = 32
"""Random bytes of a password: 256 bits can not be guessed. Fewer might be, one day; more gain nothing."""

ROUNDS = 8192
"""Rounds of hashing. The passwords are random and 256 bits long, so that more would only slow down each connection;
Kafka takes no fewer than 4096."""


def set_password(bus: Bus, user: str) -> SecretStr:
    """Give a user a new random password of 256 bits, and make the user where there is none. The old one ends at once.

    Connections that are open stay open.

    Raises:
        BusError: the bus does not answer, or does not let us.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    hashed = kafka.ScramCredentialInfo(kafka.ScramMechanism.SCRAM_SHA_512, ROUNDS)
    new = kafka.UserScramCredentialUpsertion(user, hashed, password.encode())
    client = admin_client(bus)
    done(bus, client.alter_user_scram_credentials([new], request_timeout=ANSWER_SECONDS))
    return SecretStr(password)


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


def users(bus: Bus) -> set[str]:
    """Everybody who has a password on the bus.

    Raises:
        BusError: the bus does not answer, or does not let us.
    """
    client = admin_client(bus)
    [found] = done(bus, {"all": client.describe_user_scram_credentials(request_timeout=ANSWER_SECONDS)})
    return set(found)
