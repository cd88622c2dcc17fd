"""How the bus is reached, and as whom. This is the one place that makes Kafka clients.

Whoever makes a client elsewhere forgets the certificate authority or the password: tests/architecture/test_bus.py
finds it.
"""

from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from pydantic import SecretStr
from typing_extensions import override

from chassis.runtime.bus.certificates import client_context
from chassis.runtime.bus.security import NOTHING, Mechanism, Security
from chassis.runtime.bus.tokens import Tokens
from chassis.runtime.loopback import is_loopback
from chassis.runtime.settings_error import SettingsError


@dataclass(frozen=True)
class Bus:
    """How the bus is reached, and as whom (*người gửi*). As text it is the servers, and never a secret.

    Attributes:
        servers: bootstrap servers, `host:port` with commas between them.
        security: see `Security`. PLAINTEXT is the plain mode: nobody says who he is.
        mechanism: see `Mechanism`; means something with SASL alone.
        user: name for SCRAM-SHA-512, `password` with it.
        ca: file with the certificates of the authorities that are believed (PEM); None: those of this computer.
        certificate: file with our own certificate, for mutual TLS (PEM), `key` with it.
        token_url: where tokens are had for OAUTHBEARER, by client credentials (RFC 6749, 4.4), with `client_id` and
            `client_secret`.
    """

    servers: str
    security: Security = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    user: str = ""
    password: SecretStr = NOTHING
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    token_url: str = ""
    client_id: str = ""
    client_secret: SecretStr = NOTHING

    @property
    def is_encrypted(self) -> bool:
        """True if the line is encrypted (TLS)."""
        return self.security.endswith("SSL")

    @property
    def says_who(self) -> bool:
        """True if a client says who it is by name or token (SASL)."""
        return self.security.startswith("SASL")

    def check(self) -> None:
        """Find what is missing, before anything connects.

        Raises:
            SettingsError: says which variable, and how to mend it.
        """
        if self.says_who:
            self._check_tokens() if self.mechanism == "OAUTHBEARER" else self._check_password()
        if bool(self.certificate) != bool(self.key):
            raise SettingsError(
                "LIENTHONG_KAFKA_CERTIFICATE and LIENTHONG_KAFKA_KEY belong together: set both of them, or none"
            )
        if self.is_encrypted:
            self._context()

    def _check_password(self) -> None:
        if not (self.user and self.password.get_secret_value()):
            raise SettingsError(
                f"LIENTHONG_KAFKA_SECURITY={self.security} needs a name and a password: set LIENTHONG_KAFKA_USER and "
                "LIENTHONG_KAFKA_PASSWORD_FILE"
            )

    def _check_tokens(self) -> None:
        url = urlsplit(self.token_url)
        if not (url.hostname and self.client_id and self.client_secret.get_secret_value()):
            raise SettingsError(
                "LIENTHONG_KAFKA_MECHANISM=OAUTHBEARER needs an endpoint and a client: set LIENTHONG_KAFKA_TOKEN_URL, "
                "LIENTHONG_KAFKA_CLIENT_ID and LIENTHONG_KAFKA_CLIENT_SECRET"
            )
        if url.scheme != "https" and not is_loopback(url.hostname):
            raise SettingsError("LIENTHONG_KAFKA_TOKEN_URL: it would send the secret in clear; write https://")
        if not self.is_encrypted and not all(map(_is_here, self.servers.split(","))):
            raise SettingsError(
                f"LIENTHONG_KAFKA_SECURITY={self.security} would send tokens in clear: set SASL_SSL for OAUTHBEARER"
            )

    def consumer(self, *topics: str, **options: Any) -> AIOKafkaConsumer:
        """A consumer that is not connected yet; the options are aiokafka's."""
        return AIOKafkaConsumer(*topics, **self._reached(), **options)

    def producer(self, **options: Any) -> AIOKafkaProducer:
        """A producer that is not connected yet; the options are aiokafka's."""
        return AIOKafkaProducer(**self._reached(), **options)

    def admin(self) -> AIOKafkaAdminClient:
        """A client that asks about topics and groups and makes them; not connected yet."""
        return AIOKafkaAdminClient(**self._reached())

    def client(self) -> AIOKafkaClient:
        """A client for requests that the others do not know; not connected yet."""
        return AIOKafkaClient(**self._reached())

    @override
    def __str__(self) -> str:
        return self.servers

    def _reached(self) -> dict[str, Any]:
        """How aiokafka is told all this."""
        told: dict[str, Any] = {"bootstrap_servers": self.servers, "security_protocol": self.security}
        if self.is_encrypted:
            told["ssl_context"] = self._context()
        if self.says_who:
            told["sasl_mechanism"] = self.mechanism
        if self.says_who and self.mechanism == "OAUTHBEARER":
            told["sasl_oauth_token_provider"] = Tokens(self.token_url, self.client_id, self.client_secret, self.ca)
        elif self.says_who:
            told["sasl_plain_username"] = self.user
            told["sasl_plain_password"] = self.password.get_secret_value()
        return told

    def _context(self) -> SSLContext:
        """Made anew for each client, so that a certificate that was renewed counts from the next connection on."""
        return client_context(self.ca, self.certificate, self.key)


def _is_here(server: str) -> bool:
    """True if a bootstrap server is this computer."""
    return is_loopback(server.rpartition(":")[0])
