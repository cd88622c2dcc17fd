"""TLS as a client speaks it: which authorities are believed, and which certificate is our own."""

import ssl
from pathlib import Path

from chassis.runtime.bus.secret_files import require_private
from chassis.runtime.settings_error import SettingsError

CA_VARIABLE = "LIENTHONG_KAFKA_CA"
CERTIFICATE_VARIABLE = "LIENTHONG_KAFKA_CERTIFICATE"
KEY_VARIABLE = "LIENTHONG_KAFKA_KEY"


def client_context(ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext:
    """A context that checks the server's name and certificate, in TLS 1.2 or newer.

    Args:
        ca: authorities that are believed (PEM); None: those of this computer.
        certificate: our own certificate and the chain above it (PEM); None: we have none.
        key: its private key (PEM, without a passphrase).

    Raises:
        SettingsError: a file is missing or unreadable or holds something else, or everybody can read the key.
    """
    if ca is not None:
        _require_readable(ca, CA_VARIABLE)
    try:
        context = ssl.create_default_context(cafile=ca)
    except ssl.SSLError:
        raise SettingsError(
            f"{CA_VARIABLE}: {ca} holds no certificate: name the authority's PEM file (-----BEGIN CERTIFICATE-----)"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is not None and key is not None:
        _require_readable(certificate, CERTIFICATE_VARIABLE)
        require_private(key, KEY_VARIABLE)
        _require_readable(key, KEY_VARIABLE)
        _load_own(context, certificate, key)
    return context


def _load_own(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    def no_passphrase() -> str:
        raise SettingsError(f"{KEY_VARIABLE}: {key} asks for a passphrase: name a key that has none")

    try:
        context.load_cert_chain(certificate, key, no_passphrase)
    except ssl.SSLError as error:
        raise SettingsError(
            f"{CERTIFICATE_VARIABLE} and {KEY_VARIABLE}: {certificate} and {key} are no certificate with its private "
            f"key ({error.reason or 'not PEM'}): name the PEM files that belong together"
        ) from None


def _require_readable(path: Path, variable: str) -> None:
    try:
        path.open("rb").close()
    except OSError as error:
        raise SettingsError(
            f"{variable}: {path} can not be read ({error.strerror}): mend its rights, or name another file"
        ) from None
