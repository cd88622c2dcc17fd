"""Files that hold a secret: a password, a private key. Who else can read one knows the secret."""

import stat
from pathlib import Path

from pydantic import SecretStr

from chassis.runtime.settings_error import SettingsError


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
