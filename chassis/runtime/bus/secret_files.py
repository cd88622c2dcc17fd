"""Files that hold a secret: a password, a private key. Who else can read one knows the secret."""

import os
import stat
from pathlib import Path

from pydantic import SecretStr

from chassis.runtime.settings_error import SettingsError

OURS_ALONE = 0o600
"""Mode of such a file: whoever else can read it can speak in its owner's name."""


def write_private(path: Path, content: bytes) -> None:
    """Write a file so that nobody else can ever read it, and a reader sees it whole."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OURS_ALONE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def secret_text(path: Path, variable: str) -> SecretStr:
    """The only line of a file.

    Raises:
        SettingsError: it is missing, empty or unreadable, or everybody may read it; names the variable.
    """
    require_private(path, variable)
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}: {path} can not be read ({type(error).__name__}): mend the file") from None
    if not text or "\n" in text:
        raise SettingsError(f"{variable}: {path} has to hold the password and nothing else: write it as its one line")
    return SecretStr(text)


def require_private(path: Path, variable: str) -> None:
    """Refuse a secret that every user of this computer can read.

    Raises:
        SettingsError: it is missing, or everybody may read it; names the variable.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SettingsError(
            f"{variable}: {path} can not be read ({error.strerror}): make the file, or name another one"
        ) from None
    if mode & stat.S_IROTH:
        raise SettingsError(f"{variable}: every user of this computer can read {path}: run `chmod o-rwx {path}`")
