"""Who may speak to the stack's broker: a principal for each part of the product, and where its credentials lie.

Everything lies in `<home>/access`, a folder that only its owner can open. The rights are given by `lienthong access`.
"""

import os
import secrets
from pathlib import Path

from chassis.runtime.bus.access_file import AccessFile, read_access, write_access
from chassis.runtime.settings_error import SettingsError
from deploy.embedded import authority
from deploy.embedded.endpoints import SERVICES, StackError
from deploy.embedded.joining import ADMIN

SECURITY_VARIABLE = "LIENTHONG_STACK_SECURITY"
BROKER = "broker"
"""The brokers' own name to each other; nobody else has its password."""

PRINCIPALS = (ADMIN, BROKER, *SERVICES, "relay", "operator", "auditor", "simulator", "root")
"""Every user that a new stack has. Agencies are added by `lienthong agency add`."""

PASSWORD_BYTES = 32
"""256 random bits: nobody guesses them, however fast he can try."""


def is_secure_by_setting() -> bool:
    """Tell whether a new stack asks everybody who he is; it does unless LIENTHONG_STACK_SECURITY=plain.

    Raises:
        StackError: the variable says something else.
    """
    named = os.environ.get(SECURITY_VARIABLE) or "secure"
    if named not in ("secure", "plain"):
        raise StackError(
            f"{SECURITY_VARIABLE}={named} is unknown: set `plain` for a bus without passwords, or unset it"
        )
    return named == "secure"


def prepare(folder: Path, servers: str) -> None:
    """Make authority, certificate and passwords where they are missing; the address is always written anew."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    authority.prepare(folder)
    for service in SERVICES:
        authority.prepare_client(folder, service)
    for principal in PRINCIPALS:
        path = _file(folder, principal)
        known = _known(path)
        password = known.password if known else secrets.token_urlsafe(PASSWORD_BYTES)
        wanted = AccessFile.model_validate(
            {"servers": servers, "user": principal, "password": password, "ca": authority.AUTHORITY}
        )
        if not known or known.servers != servers:
            write_access(path, wanted)


def passwords(folder: Path) -> dict[str, str]:
    """Return the password of every principal of a new stack."""
    return {name: read_access(_file(folder, name)).password.get_secret_value() for name in PRINCIPALS}


def _file(folder: Path, principal: str) -> Path:
    return folder / f"{principal}.json"


def _known(path: Path) -> AccessFile | None:
    if not path.exists():
        return None
    try:
        return read_access(path)
    except SettingsError as error:
        raise StackError(f"{error}; without its passwords this home is lost: `make clean` begins a new one") from None
