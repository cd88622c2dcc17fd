"""Who may speak to a stack's broker, and where the secrets lie."""

import datetime as dt
import re
import ssl
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from chassis.runtime import clock
from chassis.runtime.bus.access_file import read_access
from chassis.runtime.settings import Settings
from deploy.embedded import SERVICES, Ports, Stack, StackError, access, authority, store
from deploy.embedded.broker_settings import server_properties

SERVERS = "127.0.0.1:31000"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("home") / "access"
    access.prepare(found, SERVERS)
    return found


def protected(folder: Path, brokers: int = 1, name: str = "kafka") -> dict[str, str]:
    text = server_properties(Path("somewhere/kafka"), Ports.from_base(31000, brokers), name, folder)
    lines = text.replace("\\\n", "").splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    assert len({key for key, _, _ in pairs}) == len(pairs), "a setting stands twice"
    return {key: value for key, _, value in pairs}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_can_read_a_secret(folder: Path) -> None:
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_every_part_of_the_product_has_a_name_and_a_password_of_its_own(folder: Path) -> None:
    files = {path.stem: read_access(path) for path in folder.glob("*.json")}
    assert {"admin", "intake", "sla", "relay", "operator", "auditor", "simulator", "root"} <= set(files)
    assert all(found.user == name for name, found in files.items())
    passwords = {found.password.get_secret_value() for found in files.values()}
    assert len(passwords) == len(files)
    assert min(map(len, passwords)) >= 43  # 256 bits in base64


def test_a_principal_reaches_the_bus_with_what_is_in_its_file(folder: Path) -> None:
    bus = Settings(kafka_access=folder).speaking_as("sla").bus
    assert (bus.servers, bus.security, bus.mechanism, bus.user) == (SERVERS, "SASL_SSL", "SCRAM-SHA-512", "sla")
    assert bus.ca == folder / "ca.pem"
    assert bus.password.get_secret_value() not in repr(bus)


def test_a_password_stays_when_the_stack_is_started_again_at_another_place(tmp_path: Path) -> None:
    access.prepare(tmp_path, SERVERS)
    before = read_access(tmp_path / "sla.json")
    access.prepare(tmp_path, "127.0.0.1:31999")
    after = read_access(tmp_path / "sla.json")
    assert (after.password, after.servers) == (before.password, "127.0.0.1:31999")


def test_a_damaged_file_is_named_and_not_replaced(tmp_path: Path) -> None:
    access.prepare(tmp_path, SERVERS)
    (tmp_path / "sla.json").write_text("{")
    with pytest.raises(StackError, match=r"sla\.json .*make clean"):
        access.prepare(tmp_path, SERVERS)


def test_the_servers_certificate_is_believed_by_whoever_knows_the_authority(folder: Path) -> None:
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=folder / "ca.pem")
    server.load_cert_chain(folder / "servers.pem")
    assert shaken_hands(server, client, "127.0.0.1")
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        shaken_hands(server, client, "127.0.0.2")
    with pytest.raises(ssl.SSLCertVerificationError, match=r"unable to get local issuer|self-signed"):
        shaken_hands(server, ssl.create_default_context(), "127.0.0.1")


def shaken_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> bool:
    """Let two ends of a line greet each other in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return ends[0].version() in {"TLSv1.2", "TLSv1.3"}


def test_a_certificate_that_nears_its_end_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.prepare(tmp_path)
    first = (tmp_path / "ca.pem").read_bytes()
    authority.prepare(tmp_path)
    assert (tmp_path / "ca.pem").read_bytes() == first
    later = clock.now() + dt.timedelta(days=authority.DAYS - authority.DAYS_LEFT + 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    authority.prepare(tmp_path)
    assert (tmp_path / "ca.pem").read_bytes() != first


def test_the_authority_s_key_is_kept_nowhere(folder: Path) -> None:
    keys = {path.name for path in folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()}
    assert keys == {"servers.pem", *(f"{name}-client.pem" for name in SERVICES)}


def test_a_store_lets_in_the_one_service_that_owns_it(folder: Path) -> None:
    command = " ".join(store.command(Path("somewhere/store/sla"), 31002, folder))
    assert f"--tls-ca-file={folder}/sla-client-certificate.pem --tls-require-client-cert" in command
    assert "PRIVATE KEY" not in (folder / "sla-client-certificate.pem").read_text()
    assert len({authority.client_certificate(folder, name).read_bytes() for name in SERVICES}) == len(SERVICES)


def test_the_address_of_a_store_names_files_and_holds_no_secret(folder: Path) -> None:
    address = store.url("sla", 31002, Path("/home/Một cửa/a+b"))
    options = parse_qs(urlsplit(address).query)
    assert options["tls"] == ["true"]
    assert options["tlsCAFile"] == ["/home/Một cửa/a+b/ca.pem"]
    assert options["tlsCertificateKeyFile"] == ["/home/Một cửa/a+b/sla-client.pem"]
    assert store.url("sla", 31002) == "mongodb://127.0.0.1:31002/sla?directConnection=true"


def test_the_broker_refuses_what_nobody_allowed(folder: Path) -> None:
    found = protected(folder)
    assert found["allow.everyone.if.no.acl.found"] == "false"
    assert found["authorizer.class.name"].endswith("StandardAuthorizer")
    assert set(found["super.users"].split(";")) == {"User:admin", "User:broker", "User:CN=servers"}


def test_no_listener_is_open_to_strangers(folder: Path) -> None:
    found = protected(folder, 3, "kafka-2")
    protocols = dict(pair.split(":") for pair in found["listener.security.protocol.map"].split(","))
    listeners = re.findall(r"(\w+)://", found["listeners"])
    assert {protocols[name] for name in listeners} == {"SASL_SSL", "SSL"}
    assert found["listener.name.controller.ssl.client.auth"] == "required"
    assert found["inter.broker.listener.name"] == "SASL_SSL"


def test_the_broker_prefers_the_cipher_that_is_cheap_for_it(folder: Path) -> None:
    assert protected(folder)["ssl.cipher.suites"].startswith("TLS_CHACHA20_POLY1305_SHA256,")


def test_plain_is_a_word_and_any_other_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Stack(tmp_path).access == tmp_path / "access"
    monkeypatch.setenv("LIENTHONG_STACK_SECURITY", "plain")
    assert Stack(tmp_path).access is None
    assert Stack(tmp_path).endpoints.security == "PLAINTEXT"
    monkeypatch.setenv("LIENTHONG_STACK_SECURITY", "off")
    with pytest.raises(StackError, match=r"LIENTHONG_STACK_SECURITY=off .*plain"):
        _ = Stack(tmp_path).access


def test_a_stack_stays_as_it_was_begun(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = tmp_path / "kafka" / "data"
    data.mkdir(parents=True)
    (data / "meta.properties").touch()
    assert Stack(tmp_path).access is None
    access.prepare(tmp_path / "access", SERVERS)
    monkeypatch.setenv("LIENTHONG_STACK_SECURITY", "plain")
    assert Stack(tmp_path).access == tmp_path / "access"
