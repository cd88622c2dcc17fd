"""The folder of an agency's credentials: what is read from it, and what is refused with a remedy."""

import json

import pytest

from lienthong_agency import Agency, Bus, CredentialsError
from lienthong_agency.credentials import write_private
from lienthong_agency.signing import new_key, write_key

SECRET = "a-secret-of-the-bus"  # noqa: S105 - of this test
TOLD = {"agency": "H29.04.01", "servers": "127.0.0.1:19092"}
INBOX = "agency.H29.04.01.inbox"
SECURE = TOLD | {"security": "SASL_SSL", "user": "agency-H29.04.01", "password": SECRET, "inbox": INBOX}


def test_a_folder_with_the_address_alone_is_enough_where_nobody_signs(tmp_path):
    write_private(tmp_path / "bus.json", TOLD)
    agency = Agency.from_folder(tmp_path)
    assert (agency.code, agency.key, agency.bus.security) == ("H29.04.01", None, "PLAINTEXT")
    assert agency.bus.options() == {"bootstrap_servers": "127.0.0.1:19092", "security_protocol": "PLAINTEXT"}


def test_name_password_and_key_are_read_and_never_shown(tmp_path):
    write_private(tmp_path / "bus.json", SECURE)
    key = new_key("H29.04.01", "a-cluster")
    write_key(key, tmp_path / "key.json")
    agency = Agency.from_folder(tmp_path)
    options = Bus.read(tmp_path).options()
    assert (options["sasl_mechanism"], options["sasl_plain_password"]) == ("SCRAM-SHA-512", SECRET)
    assert (agency.key.kid, agency.bus.inbox) == (key.kid, INBOX)
    assert SECRET not in repr(agency)


def test_the_file_is_its_owners_alone(tmp_path):
    path = tmp_path / "bus.json"
    write_private(path, TOLD)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(CredentialsError, match=r"bus\.json is open to others \(mode 640\): run `chmod 600"):
        Bus.read(tmp_path)


def test_what_is_missing_is_named_with_a_remedy(tmp_path):
    with pytest.raises(CredentialsError, match=r"bus\.json is missing: `lienthong agency add`"):
        Agency.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "the file: Invalid JSON"),
        ("[]", "the file: Input should be an object"),
        (json.dumps({"servers": "x"}), "agency: Field required"),
        (json.dumps(TOLD | {"servers": ""}), "servers: String should have at least 1"),
        (json.dumps(TOLD | {"security": "TLS"}), "security: Input should be"),
        (json.dumps(TOLD | {"agency": "H29|04"}), "agency: String should match"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place_and_without_its_content(tmp_path, text, said):
    path = tmp_path / "bus.json"
    path.touch(mode=0o600)
    path.write_text(text)
    with pytest.raises(CredentialsError) as found:
        Bus.read(tmp_path)
    assert said in str(found.value)
    assert "mend it or ask for the file again" in str(found.value)


def test_a_certificate_that_can_not_be_read_is_named(tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    write_private(tmp_path / "bus.json", SECURE | {"ca": "ca.pem"})
    with pytest.raises(CredentialsError, match=r"ca\.pem: no certificates that can be used"):
        Bus.read(tmp_path).options()
