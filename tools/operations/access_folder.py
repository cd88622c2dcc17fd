"""An agency's folder of credentials: ready-made for the clients of Java, of librdkafka and of Python, and for the kit.

Only its owner can open it. It is written whole or not at all, and what stands in it is never printed.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.secret_files import OURS_ALONE, write_private
from chassis.runtime.settings_error import SettingsError
from lienthong_agency.signing import SigningKey, write_key
from tools.operations.access_plan import agency_prefix, agency_principal, inbox_topic

OURS_ALONE_FOLDER = 0o700
"""Mode of the folder: whoever else can read what lies in it speaks in the agency's name."""

AUTHORITY = "ca.pem"
KEY = "key.json"

MARKED = "# Liên Thông: the credentials of agency {code}. Who has this file can speak in its name.\n"


def write_folder(folder: Path, code: str, bus: Bus, key: SigningKey | None) -> None:
    """Write an agency's credentials into a folder that is new, or that is its own from before.

    Args:
        folder: where; an older one is replaced when the new one is complete.
        code: of the agency.
        bus: as the agency reaches it, with its user and password.
        key: with which it signs; None where nobody has to.

    Raises:
        SettingsError: something else is there, or it can not be written.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(mode=OURS_ALONE_FOLDER, parents=True)
        for name, text in _texts(folder.resolve(), code, bus).items():
            _write(partial / name, text)
        if key:
            write_key(key, partial / KEY)
        _replace(folder, partial)
    except OSError as error:
        raise SettingsError(f"{folder} can not be written ({error.strerror}): name another folder") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def require_ours(folder: Path) -> None:
    """Refuse to replace what is no folder of credentials.

    Raises:
        SettingsError: something else is there.
    """
    if folder.exists() and not (folder / "bus.json").is_file():
        raise SettingsError(f"{folder} holds something else: name another folder with --out")


def _replace(folder: Path, partial: Path) -> None:
    require_ours(folder)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    partial.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _texts(folder: Path, code: str, bus: Bus) -> dict[str, str]:
    """What stands in each file, by its name."""
    found = {
        "bus.json": json.dumps(told_to_the_kit(code, bus), indent=2, ensure_ascii=False) + "\n",
        "python.json": json.dumps(_aiokafka(folder, code, bus), indent=2, ensure_ascii=False) + "\n",
        "java.properties": MARKED.format(code=code) + _properties(_java(folder, code, bus)),
        "librdkafka.properties": MARKED.format(code=code) + _properties(_librdkafka(folder, code, bus)),
    }
    return found | ({AUTHORITY: bus.ca.read_text(encoding="utf-8")} if bus.ca else {})


def told_to_the_kit(code: str, bus: Bus) -> dict[str, str]:
    """What `bus.json` says: the fields of an access file, and those of an agency's kit. `ca` lies beside it."""
    told = {
        "agency": code,
        "servers": bus.servers,
        "security": bus.security,
        "protocol": bus.security,
        "mechanism": bus.mechanism,
        "user": bus.user,
        "password": bus.password.get_secret_value(),
        "inbox": inbox_topic(code),
    }
    return told | ({"ca": AUTHORITY} if bus.ca else {})


def _aiokafka(folder: Path, code: str, bus: Bus) -> dict[str, str]:
    """Arguments of aiokafka's clients; `cafile` is one of `aiokafka.helpers.create_ssl_context`."""
    told = {
        "bootstrap_servers": bus.servers,
        "security_protocol": bus.security,
        "sasl_mechanism": bus.mechanism,
        "sasl_plain_username": bus.user,
        "sasl_plain_password": bus.password.get_secret_value(),
        "group_id": f"{agency_prefix(code)}python",
        "inbox": inbox_topic(code),
    }
    return told | ({"cafile": str(folder / AUTHORITY)} if bus.ca else {})


def _java(folder: Path, code: str, bus: Bus) -> dict[str, str]:
    login = "org.apache.kafka.common.security.scram.ScramLoginModule required"
    told = {
        "bootstrap.servers": bus.servers,
        "security.protocol": bus.security,
        "sasl.mechanism": bus.mechanism,
        "sasl.jaas.config": f'{login} username="{bus.user}" password="{bus.password.get_secret_value()}";',
        "group.id": f"{agency_prefix(code)}java",
        "isolation.level": "read_committed",
    }
    return told | ({"ssl.truststore.type": "PEM", "ssl.truststore.location": str(folder / AUTHORITY)} if bus.ca else {})


def _librdkafka(folder: Path, code: str, bus: Bus) -> dict[str, str]:
    """For the clients of Python (Confluent's), Go, .NET, Node and Rust; keys go where Java's client puts them."""
    told = {
        "bootstrap.servers": bus.servers,
        "security.protocol": bus.security,
        "sasl.mechanism": bus.mechanism,
        "sasl.username": bus.user,
        "sasl.password": bus.password.get_secret_value(),
        "partitioner": "murmur2_random",
        "group.id": f"{agency_prefix(code)}librdkafka",
        "isolation.level": "read_committed",
    }
    return told | ({"ssl.ca.location": str(folder / AUTHORITY)} if bus.ca else {})


def _properties(told: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in told.items())


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OURS_ALONE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def write_for_the_stack(folder: Path, code: str, bus: Bus) -> None:
    """Write an agency's access file beside those of the stack's own principals, for whoever plays it there."""
    path = folder / f"{agency_principal(code)}.json"
    told = json.dumps(told_to_the_kit(code, bus), indent=2, ensure_ascii=False)
    write_private(path, f"{told}\n".encode())
