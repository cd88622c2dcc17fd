"""Settings, from the environment (`LIENTHONG_…`) and, without one, from the embedded stack that is running."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.runtime.bus.access_file import read_access
from chassis.runtime.bus.secret_files import secret_text
from chassis.runtime.bus.security import NOTHING, Mechanism, Security
from chassis.runtime.settings_error import SettingsError
from chassis.runtime.store.address import require_confidential
from contracts.topics import SERVICES

if TYPE_CHECKING:
    from chassis.runtime.bus.connection import Bus

__all__ = ["HTTP_PORTS", "Settings", "SettingsError", "load_settings", "read_environment"]

HTTP_PORTS = {name: 8101 + n for n, name in enumerate(SERVICES)}
"""Usual port of every service's HTTP side: intake 8101 … notify 8105."""

OPERATOR_PORTS = {name: 8201 + n for n, name in enumerate(SERVICES)}
"""Usual port of what only operators and other services may ask: intake 8201 … notify 8205."""

ISSUER_PORT = 8210
"""Usual port of the issuer for development."""

S = TypeVar("S", bound=BaseSettings)


class Settings(BaseSettings):
    """The surroundings of a process. Every field is the environment variable LIENTHONG_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="LIENTHONG_", extra="ignore")

    home: Path = Field(default=Path(".lienthong"), description="Folder of the embedded stack, mail spool and logs")
    kafka: str = Field(default="", description="Bootstrap servers; empty: the embedded stack's")
    kafka_access: Path | None = Field(
        default=None, description="Folder of <principal>.json, as the stack writes them; a process takes its own"
    )
    kafka_security: Security = Field(default="PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL")
    kafka_mechanism: Mechanism = Field(default="SCRAM-SHA-512", description="SCRAM-SHA-512 or OAUTHBEARER")
    kafka_user: str = Field(default="", description="Name for SCRAM-SHA-512")
    kafka_password: SecretStr = Field(default=NOTHING, description="Password; better in a file")
    kafka_password_file: Path | None = Field(default=None, description="File that holds the password alone")
    kafka_ca: Path | None = Field(default=None, description="Certificates that are believed (PEM); empty: the system's")
    kafka_certificate: Path | None = Field(default=None, description="Own certificate for mutual TLS (PEM)")
    kafka_key: Path | None = Field(default=None, description="Its private key (PEM, no passphrase)")
    kafka_token_url: str = Field(default="", description="Where tokens for OAUTHBEARER are had")
    kafka_client_id: str = Field(default="", description="Who asks for tokens")
    kafka_client_secret: SecretStr = Field(default=NOTHING, description="The secret of that client")
    mongo: str = Field(default="", description="MongoDB URL; LIENTHONG_MONGO_<SERVICE> overrides it for one service")
    mongo_in_clear: bool = Field(default=False, description="Passwords may go to MongoDB without TLS")
    stores: dict[str, str] = Field(default_factory=dict, description="MongoDB URL by service, JSON; seldom set by hand")
    database_prefix: str = Field(default="lienthong_", description="Database = prefix + service")
    group_prefix: str = Field(default="lienthong.", description="Consumer group = prefix + service")
    http_host: str = Field(default="127.0.0.1", description="Address the services' HTTP listens on")
    http_port: int = Field(default=0, ge=0, le=65535, description="0: the service's own of `http_ports`")
    http_ports: dict[str, int] = Field(default_factory=dict, description="Port by service, JSON; seldom set by hand")
    operator_host: str = Field(default="", description="Address for operators and other services; empty: `http_host`")
    operator_port: int = Field(default=0, ge=0, le=65535, description="0: the service's own of `operator_ports`")
    operator_ports: dict[str, int] = Field(
        default_factory=dict, description="Port for metrics, health and other services, by service, JSON"
    )
    issuer_port: int = Field(default=0, ge=0, le=65535, description="Of the development issuer; 0: the usual one")
    intake_url: str = Field(default="", description="Where notify asks for addresses; empty: intake's port here")
    routing_url: str = Field(
        default="", description="Where intake asks who holds a dossier; empty: routing's port here"
    )
    service_token: SecretStr = Field(
        default=SecretStr(""), description="Shared by all services, without an issuer; empty: closed"
    )
    cluster: str = Field(
        default="lienthong-local",
        min_length=1,
        max_length=120,
        description="This cluster, as signatures name it",
    )
    root_key: str = Field(
        default="", description="Public key by which agencies' keys are believed (BASE64URL); empty: nobody has to sign"
    )
    kek_file: Path | None = Field(
        default=None,
        description="File with the keys that encrypt personal data; empty: it is kept plain",
    )
    signing_keys: Path | None = Field(
        default=None, description="Folder of <agency>.json, by which simulator and importer sign; empty: they do not"
    )
    calendar: Path | None = Field(default=None, description="Working calendar (YAML); empty: the shipped one")
    rules: Path | None = Field(default=None, description="Rules about deadlines (YAML); empty: the shipped ones")
    batch_records: Annotated[int, Field(ge=1, le=10_000)] = 2000
    batch_wait_ms: Annotated[int, Field(ge=1, le=1000)] = 20
    sweep_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    session_timeout_ms: Annotated[int, Field(ge=1000, le=300_000)] = 10_000
    otlp: str = Field(default="", description="OTLP/HTTP collector for traces, http://host:4318; empty: no traces")
    trace_share: float = Field(default=1.0, ge=0, le=1, description="Share of dossiers that are traced")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")

    def speaking_as(self, principal: str) -> Self:
        """The same with the credentials of one principal, where a folder of them is named.

        Credentials that are set by themselves come first.

        Raises:
            SettingsError: the principal has none there.
        """
        if self.kafka_access is None or self.kafka_security != "PLAINTEXT":
            return self
        found = read_access(self.kafka_access / f"{principal}.json")
        named = {f"kafka_{name}": value for name, value in found if name != "servers"}
        return self.model_copy(update={"kafka": self.kafka or found.servers, **named})

    @property
    def bus(self) -> "Bus":
        """How the bus is reached, and as whom.

        Raises:
            SettingsError: a setting or a file about the bus is unusable.
        """
        from chassis.runtime.bus.connection import Bus  # noqa: PLC0415 - who needs no bus loads no driver

        password = self.kafka_password
        if self.kafka_password_file:
            password = secret_text(self.kafka_password_file, "LIENTHONG_KAFKA_PASSWORD_FILE")
        bus = Bus(
            self.kafka,
            self.kafka_security,
            self.kafka_mechanism,
            self.kafka_user,
            password,
            self.kafka_ca,
            self.kafka_certificate,
            self.kafka_key,
            self.kafka_token_url,
            self.kafka_client_id,
            self.kafka_client_secret,
        )
        bus.check()
        return bus

    @property
    def stack_file(self) -> Path:
        """What the running embedded stack says of itself."""
        return self.home / "stack.json"

    @property
    def address_of_intake(self) -> str:
        """Where notify asks for addresses."""
        return (self.intake_url or f"http://127.0.0.1:{self.operator_port_of('intake')}").rstrip("/")

    @property
    def address_of_routing(self) -> str:
        """Where intake asks who holds a dossier."""
        return (self.routing_url or f"http://127.0.0.1:{self.operator_port_of('routing')}").rstrip("/")

    def port_of(self, service: str) -> int:
        """Where a service's HTTP side listens, unless that one process was told otherwise by `http_port`."""
        return self.http_ports.get(service) or HTTP_PORTS[service]

    @property
    def operators_listen_on(self) -> str:
        """The address of what only operators and other services may ask."""
        return self.operator_host or self.http_host

    @property
    def development_issuer(self) -> str:
        """URL of the issuer for development, which runs on this machine."""
        return f"http://127.0.0.1:{self.issuer_port or ISSUER_PORT}"

    def operator_port_of(self, service: str) -> int:
        """Where a service answers operators and other services, unless `operator_port` told that process otherwise."""
        return self.operator_ports.get(service) or OPERATOR_PORTS[service]

    def mongo_for(self, service: str) -> str:
        """URL of a service's own store; empty: nobody says where it is.

        Raises:
            SettingsError: it would send a password in clear.
        """
        own = f"LIENTHONG_MONGO_{service.upper()}"
        address = os.environ.get(own) or self.stores.get(service) or self.mongo
        if not self.mongo_in_clear:
            require_confidential(address, own if os.environ.get(own) else "LIENTHONG_MONGO")
        return address


def load_settings() -> Settings:
    """Read the settings that every process needs.

    Raises:
        SettingsError: a variable is unusable.
    """
    return read_environment(Settings)


def read_environment(kind: type[S]) -> S:
    """Read one set of settings, such as a service's own.

    Raises:
        SettingsError: a variable is unusable.
    """
    try:
        return kind()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "LIENTHONG_" + "_".join(map(str, first["loc"])).upper()
        raise SettingsError(f"{name}: {first['msg']}; mend or unset it") from None
