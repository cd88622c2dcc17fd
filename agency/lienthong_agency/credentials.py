"""The agency's credentials: how it reaches the bus, who it is there, and the key that it signs with."""

import json
import ssl
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from contracts.envelope import Code

BUS_FILE = "bus.json"
KEY_FILE = "key.json"

OTHERS = 0o077
"""File mode bits of everybody but the owner. A file with a password or a private key has none of them."""


class CredentialsError(ValueError):
    """The credentials can not be used; says which file, what is wrong with it and how to mend it."""


class Bus(BaseModel):
    """The file `bus.json`: where Kafka answers, and as whom the agency speaks to it.

    Attributes:
        agency: code of the agency in the directory, for example H29.04.01 (mã định danh cơ quan).
        servers: bootstrap servers, `host:port`, several with commas between them.
        security: Kafka's security protocol.
        mechanism: SASL mechanism, where the line has SASL.
        user, password: of SASL.
        ca: certificates (PEM) that the brokers' are checked by; without it, those of this machine.
        certificate, key: the agency's own (PEM), for mutual TLS.
        inbox: topic with all events that concern this agency. Without it, the public topics are read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    agency: Code
    servers: Annotated[str, Field(min_length=1, max_length=2000)]
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    user: str = ""
    password: SecretStr = SecretStr("")
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    inbox: str = ""

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the file from an agency's folder; relative paths in it count from there.

        Raises:
            CredentialsError: it is missing, open to others, or does not say what it has to.
        """
        path = folder / BUS_FILE
        try:
            return cls.model_validate_json(private_text(path)).within(folder)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise CredentialsError(f"{path}: {place}: {first['msg']}; mend it or ask for the file again") from None

    def within(self, folder: Path) -> Self:
        """The same, with paths that do not depend on where the program runs."""
        paths = {name: getattr(self, name) for name in ("ca", "certificate", "key")}
        return self.model_copy(update={name: folder / path for name, path in paths.items() if path})

    def options(self) -> dict[str, Any]:
        """The arguments that every aiokafka client takes.

        Raises:
            CredentialsError: a certificate or key can not be read.
        """
        options: dict[str, Any] = {"bootstrap_servers": self.servers, "security_protocol": self.security}
        if self.security.endswith("SSL"):
            options["ssl_context"] = self._ssl()
        if self.security.startswith("SASL"):
            options |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password.get_secret_value(),
            }
        return options

    def _ssl(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(path) for path in (self.ca, self.certificate, self.key) if path)
            raise CredentialsError(f"{files}: no certificates that can be used ({error}); ask for them again") from None
        return context


def private_text(path: Path) -> str:
    """Read a file that holds a secret.

    Raises:
        CredentialsError: it is missing, no text, or others may read it.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CredentialsError(f"{path} is missing: `lienthong agency add` and `lienthong sandbox` write it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsError(f"{path} can not be read: {error}") from None
    if mode & OTHERS:
        raise CredentialsError(f"{path} is open to others (mode {mode & 0o777:03o}): run `chmod 600 {path}`")
    return text


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Write JSON with a secret in it into a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
