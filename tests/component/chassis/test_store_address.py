"""A password of a store goes over no line in clear, and to nobody who only says that he is the store."""

import pytest

from chassis.runtime.settings import Settings, SettingsError

PASSWORD = "so-secret"  # noqa: S105 - of this test alone


def address(settings: str, hosts: str = "mongo.example:27017", scheme: str = "mongodb") -> str:
    return f"{scheme}://sla:{PASSWORD}@{hosts}/sla?{settings}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mongodb://127.0.0.1:27201/sla?directConnection=true",
        "mongodb://mongo.example/sla",
        address("replicaSet=rs0", "localhost:27017"),
        address("", "127.0.0.1:27017,[::1]:27018"),
        address("replicaSet=rs0&tls=true&tlsCAFile=/ca.pem", "a.example:1,b.example:2"),
        address("TLS=True&tlscafile=/ca.pem"),
        address("ssl=true"),
        address("", "cluster.example", "mongodb+srv"),
    ],
)
def test_what_nobody_can_listen_to_is_taken(url: str) -> None:
    assert Settings(mongo=url).mongo_for("sla") == url


@pytest.mark.parametrize(
    "url",
    [
        address("replicaSet=rs0"),
        address("tls=false"),
        address("", "127.0.0.1:27017,mongo.example:27017"),
        address("", "127.0.0.1.example"),
        address("tls=false", "cluster.example", "mongodb+srv"),
    ],
)
def test_a_password_in_clear_is_refused_and_not_quoted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"^LIENTHONG_MONGO: .*add tls=true and tlsCAFile=") as found:
        Settings(mongo=url).mongo_for("sla")
    assert PASSWORD not in str(found.value)
    assert Settings(mongo=url, mongo_in_clear=True).mongo_for("sla") == url
    monkeypatch.setenv("LIENTHONG_MONGO_SLA", url)
    with pytest.raises(SettingsError, match=r"^LIENTHONG_MONGO_SLA: "):
        Settings().mongo_for("sla")


@pytest.mark.parametrize("option", ["tlsInsecure=true", "tlsAllowInvalidCertificates=true"])
def test_a_server_that_nobody_checks_gets_no_password(option: str) -> None:
    with pytest.raises(SettingsError, match="believes any server"):
        Settings(mongo=address(f"tls=true&{option}")).mongo_for("sla")


def test_what_is_no_address_is_said_and_not_quoted() -> None:
    with pytest.raises(SettingsError, match="it is no address") as found:
        Settings(mongo=f"mongodb://sla:{PASSWORD}@[::1/sla").mongo_for("sla")
    assert PASSWORD not in str(found.value)
