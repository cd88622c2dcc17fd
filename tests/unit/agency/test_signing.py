"""Signing: what the kit writes, others verify; a key file that others may read is refused."""

import base64
import json
import os

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from contracts.signatures import KEY, MAX_BYTES, SignatureFormError, decoded, encoded, read_signature
from lienthong_agency.signing import KeyFileError, new_key, read_key, sign, thumbprint, write_key

VALUE = '{"data":{"reason":"thiếu trích lục"}, "id":"1"}'.encode()
RFC_8037_PUBLIC = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_8037_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.fixture
def key():
    return new_key("H29.13", "lienthong-test")


def verified_by_joserfc(written, value, key):
    """Another implementation, which is given the payload in the middle, as RFC 7797 has it."""
    registry = jws.JWSRegistry(algorithms=["EdDSA"], strict_check_header=False)
    protected, _, proof = written.decode().split(".")
    public = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": key.public_key})
    found = jws.deserialize_compact(f"{protected}..{proof}", public, payload=value, registry=registry)
    return found.headers()


def header_of(written):
    return json.loads(decoded(written.decode().split(".")[0]))


def with_header(written, **changes):
    """The same signature under another protected header; None takes a member out."""
    _, payload, proof = written.decode().split(".")
    header = {name: value for name, value in {**header_of(written), **changes}.items() if value is not None}
    return f"{encoded(json.dumps(header).encode())}.{payload}.{proof}".encode()


def test_another_implementation_verifies_what_the_kit_signs(key):
    headers = verified_by_joserfc(sign(VALUE, key), VALUE, key)
    assert headers["kid"] == key.kid
    assert headers["aud"] == "lienthong-test"


def test_another_implementation_refuses_one_altered_byte(key):
    with pytest.raises(Exception, match="bad_signature"):
        verified_by_joserfc(sign(VALUE, key), VALUE.replace(b"1", b"2"), key)


def test_what_the_kit_signs_can_be_read_again(key):
    found = read_signature(sign(VALUE, key))
    assert (found.kid, found.audience) == (key.kid, key.audience)
    key.private_key.public_key().verify(found.proof, found.covers(VALUE))


def test_the_same_bytes_have_the_same_signature(key):
    assert sign(VALUE, key) == sign(VALUE, key)


def test_a_key_is_named_by_its_thumbprint_as_in_the_example_of_the_rfc():
    assert thumbprint(decoded(RFC_8037_PUBLIC)) == RFC_8037_THUMBPRINT


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"alg": "none"}, "alg"),
        ({"alg": "HS256"}, "alg"),
        ({"alg": "ES256"}, "alg"),
        ({"alg": None}, "alg"),
        ({"b64": True}, "b64"),
        ({"b64": None}, "b64"),
        ({"crit": None}, "b64"),
        ({"crit": ["b64", "exp"]}, "b64"),
        ({"crit": []}, "b64"),
        ({"typ": KEY}, "typ"),
        ({"typ": None}, "typ"),
        ({"kid": None}, "kid"),
        ({"kid": 7}, "kid"),
        ({"kid": ""}, "kid"),
        ({"kid": "a|b"}, "kid"),
        ({"aud": ["lienthong-test"]}, "aud"),
        ({"aud": None}, "aud"),
    ],
)
def test_a_header_that_says_something_else_is_refused(key, changes, complaint):
    with pytest.raises(SignatureFormError, match=complaint):
        read_signature(with_header(sign(VALUE, key), **changes))


@pytest.mark.parametrize(
    ("mangled", "complaint"),
    [
        (lambda _: b"", "two dots"),
        (lambda text: text[:20], "two dots"),
        (lambda text: text + b".", "two dots"),
        (lambda text: text.replace(b"..", b".e30."), "payload"),
        (lambda text: b"\xff" + text, "two dots"),
        (lambda text: text + b"=", "BASE64URL"),
        (lambda text: text + b"\n", "BASE64URL"),
        (lambda text: b"." + text.split(b".", 1)[1], "protected header"),
        (lambda text: encoded(b"[1]").encode() + b".." + text.split(b"..")[1], "protected header"),
        (lambda _: encoded(b'{"alg":"EdDSA","alg":"EdDSA"}').encode() + b".." + b"AAAA", "each member once"),
        (lambda _: encoded(b"[" * 700).encode() + b".." + b"AAAA", "protected header"),
        (lambda _: b"A" * (MAX_BYTES + 1), "more than"),
    ],
)
def test_what_is_no_detached_jws_is_refused(key, mangled, complaint):
    with pytest.raises(SignatureFormError, match=complaint):
        read_signature(mangled(sign(VALUE, key)))


def test_base64_that_others_write_in_two_ways_is_read_in_one():
    padded = base64.urlsafe_b64encode(b"ab").decode()
    for text in (padded, "YWJ", "YW J", "YW+/"):
        with pytest.raises(ValueError, match="BASE64URL"):
            decoded(text)
    assert decoded("YWI") == b"ab"


def test_a_key_file_is_for_its_owner_alone_and_gives_the_key_back(key, tmp_path):
    path = tmp_path / "key.json"
    write_key(key, path)
    assert path.stat().st_mode & 0o777 == 0o600
    again = read_key(path)
    assert (again.kid, again.agency, again.audience) == (key.kid, key.agency, key.audience)
    assert sign(VALUE, again) == sign(VALUE, key)


def test_a_key_is_never_overwritten(key, tmp_path):
    write_key(key, tmp_path / "key.json")
    with pytest.raises(FileExistsError):
        write_key(new_key("H29.13", "lienthong-test"), tmp_path / "key.json")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610])
def test_a_key_that_others_may_read_is_refused(key, tmp_path, mode):
    path = tmp_path / "key.json"
    write_key(key, path)
    os.chmod(path, mode)  # noqa: PTH101 - the mode is what is tried
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        '{"kid":"k","agency":"H29.13","audience":"a","private_key":"c2hvcnQ"}',
        '{"kid":"k","agency":"H29.13","audience":"a","private_key":"SECRET+SECRET"}',
        '{"kid":"k","agency":"H29.13","audience":"a","private_key":17171717}',
        '{"kid":"","agency":"H29.13","audience":"a","private_key":"c2hvcnQ"}',
        "\udcff",
    ],
)
def test_a_file_that_holds_no_key_is_refused_without_quoting_it(tmp_path, text):
    path = tmp_path / "key.json"
    path.write_bytes(text.encode(errors="surrogateescape"))
    path.chmod(0o600)
    with pytest.raises(KeyFileError) as refused:
        read_key(path)
    assert str(path) in str(refused.value)
    assert not any(secret in str(refused.value) for secret in ("c2hvcnQ", "SECRET", "17171717"))


def test_a_missing_key_file_is_named(tmp_path):
    with pytest.raises(KeyFileError, match=r"gone\.json: can not be read"):
        read_key(tmp_path / "gone.json")


def test_a_key_does_not_show_its_secret(key):
    assert encoded(key.private_key.private_bytes_raw()) not in repr(key)
    assert "Ed25519" not in repr(key)
