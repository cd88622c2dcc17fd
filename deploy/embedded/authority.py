"""The stack's own certificate authority: one certificate for all its servers, made once a home and then believed.

The authority's private key is never written: when the certificate nears its end, authority and certificate are both
made anew, and whoever starts after that reads the new ones.
"""

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chassis.runtime import clock
from chassis.runtime.bus.secret_files import write_private
from deploy.embedded.ports import HOST

AUTHORITY = "ca.pem"
"""The authority's certificate, for everybody who connects."""

SERVERS = "servers.pem"
"""The servers' private key and certificate, in the one file that Kafka and the stores read; mode 0600."""

SERVERS_NAME = "servers"
"""Common name of the servers' certificate: by it the brokers know each other."""

DAYS = 730
"""How long a certificate is good. A longer one outlives the algorithms it was made with; a shorter one ends while a
stack is in use."""

DAYS_LEFT = 30
"""With fewer days left it is made anew at the next start. Fewer, and it may end under a stack that runs."""


def prepare(folder: Path) -> None:
    """Make authority and certificate in this folder, unless good ones are there."""
    if not _is_good(folder / AUTHORITY) or not (folder / SERVERS).exists():
        _make(folder)


def _is_good(path: Path) -> bool:
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return False
    return found.not_valid_after_utc - clock.now() > dt.timedelta(days=DAYS_LEFT)


def prepare_client(folder: Path, name: str) -> None:
    """Make a client's own key and certificate, unless good ones are there. Who lets it in believes just this one."""
    if _is_good(client_certificate(folder, name)) and client_key(folder, name).exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    made = _named(name, name, key)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    write_private(client_key(folder, name), _private(key) + certificate)
    write_private(client_certificate(folder, name), certificate)


def client_key(folder: Path, name: str) -> Path:
    """Return the file with a client's private key and certificate."""
    return folder / f"{name}-client.pem"


def client_certificate(folder: Path, name: str) -> Path:
    """Return the file with a client's certificate alone, for whoever lets it in."""
    return folder / f"{name}-client-certificate.pem"


def _make(folder: Path) -> None:
    authority_key, servers_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _named("Lien Thong embedded stack", "Lien Thong embedded stack", authority_key)
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    authority = authority.add_extension(_usage(signs_others=True), critical=True)
    servers = _named(SERVERS_NAME, "Lien Thong embedded stack", servers_key)
    places = [x509.IPAddress(ipaddress.ip_address(HOST)), x509.DNSName("localhost")]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    servers = servers.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    servers = servers.add_extension(_usage(signs_others=False), critical=True)
    servers = servers.add_extension(x509.SubjectAlternativeName(places), critical=False)
    servers = servers.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    own, above = (
        made.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        for made in (servers, authority)
    )
    write_private(folder / SERVERS, _private(servers_key) + own)
    write_private(folder / AUTHORITY, above)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as Kafka and OpenSSL read it."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _named(name: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    """A certificate that begins a day ago, for clocks that differ."""
    now = clock.now()
    subject, above = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (name, issuer))
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=DAYS))
    )


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_others,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )
