"""The address of a store: a password never goes over a line in clear, nor to somebody who only says that he is it."""

from urllib.parse import parse_qsl, urlsplit

from chassis.runtime.loopback import is_loopback
from chassis.runtime.settings_error import SettingsError

_TRUE = "true"
_UNVERIFIED = ("tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames", "ssl_cert_reqs")
"""Options by which MongoDB's clients believe any server."""


def require_confidential(address: str, variable: str) -> None:
    """Refuse an address with a password that others could read on the way; the error never quotes it.

    Raises:
        SettingsError: it would be read; names the variable, and how to mend it.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        raise SettingsError(f"{variable}: it is no address; write mongodb://host:27017/") from None
    user, _, hosts = parts.netloc.rpartition("@")
    if not user or all(is_loopback(_name(host)) for host in hosts.split(",")):
        return
    options = {name.lower(): value.lower() for name, value in parse_qsl(parts.query)}
    encrypted = options.get("tls", options.get("ssl", _TRUE if parts.scheme == "mongodb+srv" else "")) == _TRUE
    if not encrypted:
        raise SettingsError(
            f"{variable}: it would send user and password in clear; add tls=true and tlsCAFile=… to the address, or "
            "set LIENTHONG_MONGO_IN_CLEAR=true where nobody else is on that network"
        )
    if unverified := sorted(set(_UNVERIFIED) & set(options)):
        raise SettingsError(f"{variable}: {unverified[0]} believes any server; name its authority in tlsCAFile")


def _name(host: str) -> str:
    """A host without its port; an IPv6 address stands in brackets."""
    return host.partition("]")[0] if host.startswith("[") else host.partition(":")[0]
