"""The file with which one principal reaches the bus: address, name, password and whom to believe.

The embedded stack and `lienthong agency add` write such files, `<principal>.json`. Who has the file is the principal.
"""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from chassis.runtime.bus.secret_files import require_private, write_private
from chassis.runtime.bus.security import NOTHING, Mechanism, Security
from chassis.runtime.settings_error import SettingsError


class AccessFile(BaseModel):
    """What the file says; the fields are those of `Bus`, `ca` is a path, absolute or from the file's own folder."""

    model_config = ConfigDict(frozen=True)

    servers: str
    security: Security = "SASL_SSL"
    mechanism: Mechanism = "SCRAM-SHA-512"
    user: str = ""
    password: SecretStr = NOTHING
    ca: Path | None = None


def read_access(path: Path) -> AccessFile:
    """Read the file of one principal.

    Raises:
        SettingsError: it is missing or damaged, or every user of this computer can read it.
    """
    require_private(path, "LIENTHONG_KAFKA_ACCESS")
    try:
        found = AccessFile.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise SettingsError(
            f"LIENTHONG_KAFKA_ACCESS: {path} can not be read or is damaged: have it written again, for example by "
            "`lienthong stack up`"
        ) from None
    return found.model_copy(update={"ca": path.parent / found.ca}) if found.ca else found


def write_access(path: Path, content: AccessFile) -> None:
    """Write the file of one principal so that nobody else can ever read it, and a reader sees it whole."""
    told = content.model_dump(mode="json") | {"password": content.password.get_secret_value()}
    write_private(path, (json.dumps(told, indent=2) + "\n").encode())
