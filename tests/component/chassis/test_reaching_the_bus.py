"""The settings of the bus: what is missing or unusable is said before anything connects, and how to mend it."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from chassis.runtime.bus.access_file import AccessFile, read_access, write_access
from chassis.runtime.settings import Settings, SettingsError, load_settings
from deploy.embedded import authority

PASSWORD = "so-secret"  # noqa: S105 - of this test alone


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    authority.prepare(folder)
    return folder


def scram(**more: Any) -> Settings:
    return Settings(kafka="kafka.example:9092", kafka_security="SASL_SSL", kafka_user="sla", **more)


def refused(settings: Settings) -> str:
    with pytest.raises(SettingsError) as found:
        _ = settings.bus
    assert PASSWORD not in str(found.value)
    return str(found.value)


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def test_without_a_word_about_security_nobody_says_who_he_is() -> None:
    bus = Settings(kafka="a:1,b:2").bus
    assert (bus.security, str(bus), bus.says_who, bus.is_encrypted) == ("PLAINTEXT", "a:1,b:2", False, False)


def test_a_password_is_never_in_a_text(tmp_path: Path) -> None:
    bus = scram(kafka_password_file=private(tmp_path / "password", f"{PASSWORD}\n")).bus
    assert bus.password.get_secret_value() == PASSWORD
    assert PASSWORD not in f"{bus} {bus!r}"


def test_a_missing_password_is_named() -> None:
    assert "LIENTHONG_KAFKA_PASSWORD_FILE" in refused(scram())


@pytest.mark.parametrize("text", ["", "two\nlines"])
def test_a_password_file_holds_one_line(tmp_path: Path, text: str) -> None:
    assert "its one line" in refused(scram(kafka_password_file=private(tmp_path / "password", text)))


def test_a_password_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    found = refused(scram(kafka_password_file=private(tmp_path / "password", PASSWORD, 0o644)))
    assert found.startswith("LIENTHONG_KAFKA_PASSWORD_FILE: every user of this computer can read")
    assert "chmod o-rwx" in found


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "No such file" in refused(scram(kafka_password_file=tmp_path / "nowhere"))


def test_an_authority_that_is_none_is_named(tmp_path: Path) -> None:
    no_pem = private(tmp_path / "ca.pem", "hello")
    assert refused(scram(kafka_password=PASSWORD, kafka_ca=no_pem)).startswith("LIENTHONG_KAFKA_CA: ")
    assert "No such file" in refused(scram(kafka_password=PASSWORD, kafka_ca=tmp_path / "nowhere"))
    assert "can not be read" in refused(scram(kafka_password=PASSWORD, kafka_ca=tmp_path))


def test_a_certificate_and_its_key_belong_together(files: Path, tmp_path: Path) -> None:
    ours = {"kafka": "a:1", "kafka_security": "SSL", "kafka_ca": files / "ca.pem"}
    assert Settings(**ours, kafka_certificate=files / "servers.pem", kafka_key=files / "servers.pem").bus.is_encrypted
    assert "belong together" in refused(Settings(**ours, kafka_certificate=files / "servers.pem"))
    assert "belong together" in refused(Settings(**ours, kafka_key=files / "servers.pem"))
    no_key = private(tmp_path / "key.pem", "hello")
    assert "PEM" in refused(Settings(**ours, kafka_certificate=files / "servers.pem", kafka_key=no_key))
    other = tmp_path / "other"
    other.mkdir()
    authority.prepare(other)
    both = {"kafka_certificate": files / "servers.pem", "kafka_key": other / "servers.pem"}
    assert "that belong together" in refused(Settings(**ours, **both))


def test_a_private_key_that_everybody_can_read_is_refused(files: Path, tmp_path: Path) -> None:
    key = private(tmp_path / "key.pem", (files / "servers.pem").read_text(), 0o644)
    ours = Settings(kafka="a:1", kafka_security="SSL", kafka_certificate=files / "servers.pem", kafka_key=key)
    assert refused(ours).startswith("LIENTHONG_KAFKA_KEY: every user")


def test_old_versions_of_tls_are_not_spoken(files: Path) -> None:
    told = scram(kafka_password=PASSWORD, kafka_ca=files / "ca.pem").bus._reached()
    assert told["ssl_context"].minimum_version == ssl.TLSVersion.TLSv1_2
    assert told["ssl_context"].check_hostname
    assert told["sasl_mechanism"] == "SCRAM-SHA-512"


TOKENS = {
    "kafka": "kafka.example:9092",
    "kafka_security": "SASL_SSL",
    "kafka_mechanism": "OAUTHBEARER",
    "kafka_token_url": "https://id.example/token",
    "kafka_client_id": "sla",
    "kafka_client_secret": PASSWORD,
}


def test_tokens_need_an_endpoint_and_a_client() -> None:
    assert Settings(**TOKENS).bus.says_who
    for one in ("kafka_token_url", "kafka_client_id", "kafka_client_secret"):
        assert "LIENTHONG_KAFKA_TOKEN_URL" in refused(Settings(**TOKENS | {one: ""}))


def test_neither_secret_nor_token_goes_over_a_line_in_clear() -> None:
    assert "in clear; write https://" in refused(Settings(**TOKENS | {"kafka_token_url": "http://id.example/token"}))
    assert "tokens in clear" in refused(Settings(**TOKENS | {"kafka_security": "SASL_PLAINTEXT"}))
    here = {"kafka": "localhost:9092,127.0.0.1:9093", "kafka_token_url": "http://127.0.0.1:8080/token"}
    assert Settings(**TOKENS | here | {"kafka_security": "SASL_PLAINTEXT"}).bus.says_who


@pytest.mark.parametrize(
    ("variable", "value"), [("SECURITY", "TLS"), ("SECURITY", "sasl_ssl"), ("MECHANISM", "PLAIN"), ("MECHANISM", "")]
)
def test_an_unknown_kind_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(f"LIENTHONG_KAFKA_{variable}", value)
    with pytest.raises(SettingsError, match=f"LIENTHONG_KAFKA_{variable}: "):
        load_settings()


def test_a_file_of_credentials_is_read_as_it_was_written(tmp_path: Path, files: Path) -> None:
    (tmp_path / "ca.pem").write_bytes((files / "ca.pem").read_bytes())
    told = {"servers": "a:1", "user": "sla", "password": PASSWORD, "ca": "ca.pem"}
    write_access(tmp_path / "sla.json", AccessFile.model_validate(told))
    assert (tmp_path / "sla.json").stat().st_mode & 0o777 == 0o600
    bus = Settings(kafka_access=tmp_path).speaking_as("sla").bus
    assert (bus.servers, bus.user, bus.password.get_secret_value(), bus.ca) == (
        "a:1",
        "sla",
        PASSWORD,
        tmp_path / "ca.pem",
    )


def test_who_has_no_file_of_credentials_is_told_which(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"LIENTHONG_KAFKA_ACCESS: .*sla\.json can not be read"):
        Settings(kafka_access=tmp_path).speaking_as("sla")


@pytest.mark.parametrize("text", ["{", "[]", '{"servers": 1}', '{"servers": "a:1", "security": "TLS"}'])
def test_a_damaged_file_of_credentials_is_refused_without_being_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="is damaged") as found:
        read_access(private(tmp_path / "sla.json", text))
    assert found.value.__cause__ is None


def test_credentials_that_are_set_come_before_a_folder_of_them(tmp_path: Path) -> None:
    settings = Settings(kafka="a:1", kafka_security="SASL_SSL", kafka_user="me", kafka_access=tmp_path)
    assert settings.speaking_as("sla").kafka_user == "me"
