"""The name of the person at this computer. It stands in what stays on record, unless somebody else is named."""

import getpass
import os


def operator() -> str:
    """The name of the user, or their number where there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"  # in a container nobody may have this number
