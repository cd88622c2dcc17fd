"""The file of keys: who may read it, what it holds, how keys follow each other."""

import json

import pytest

from chassis.runtime.personal.key_file import read_key_file, write_key_file
from chassis.runtime.personal.keys import PLAIN, FileKeyEncryption, PersonalKeyError, PersonalKeys, load_personal_keys
from chassis.runtime.settings import Settings, SettingsError

ROW = b"applicants|1"


def test_a_key_file_is_its_owners_alone(key_file):
    assert key_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_may_read_is_refused(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        read_key_file(key_file)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"current": "a", "keys": {}, "references": ""}',
        '{"current": "a", "keys": {"a": "c2hvcnQ="}, "references": "c2hvcnQ="}',
        '{"current": "a", "keys": {"a": 5}, "references": null}',
        '{"current": ["a"], "keys": {}, "references": "x"}',
        '{"current": "a", "keys": {"a": "secret-but-no-base64!"}, "references": "x"}',
    ],
)
def test_what_is_no_key_file_is_refused_without_quoting_it(key_file, content):
    key_file.write_text(content)
    with pytest.raises(SettingsError) as refused:
        read_key_file(key_file)
    assert "LIENTHONG_KEK_FILE" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_key_file_that_names_another_current_key_is_refused(key_file):
    written = json.loads(key_file.read_text())
    key_file.write_text(json.dumps(written | {"current": "2030"}))
    with pytest.raises(SettingsError, match="no key file"):
        read_key_file(key_file)


def test_a_key_file_that_is_not_there_is_told_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(SettingsError, match="lienthong personal-data new-keys"):
        read_key_file(tmp_path / "none.json")


def test_without_the_setting_nothing_is_encrypted_or_hashed():
    assert load_personal_keys(Settings(kek_file=None)) is PLAIN
    assert PLAIN.reference("holder", "0912345678") is None


async def test_a_data_key_opens_for_its_own_row_alone(keys):
    wrapped = await keys.encryption.wrap(b"d" * 32, ROW)
    assert await keys.encryption.unwrap(wrapped, "2026-11", ROW) == b"d" * 32
    for moved, kid, row in ((wrapped, "2026-11", b"applicants|2"), (wrapped[:-1] + b"?", "2026-11", ROW)):
        with pytest.raises(PersonalKeyError):
            await keys.encryption.unwrap(moved, kid, row)


async def test_what_is_wrapped_twice_is_never_the_same(keys):
    assert await keys.encryption.wrap(b"d" * 32, ROW) != await keys.encryption.wrap(b"d" * 32, ROW)


async def test_a_running_service_learns_of_a_new_key_when_it_meets_it(key_file):
    old = FileKeyEncryption(key_file)
    write_key_file(key_file, read_key_file(key_file).with_new_key("2027-01"))
    new = FileKeyEncryption(key_file)
    assert (old.kid, new.kid) == ("2026-11", "2027-01")
    wrapped = await new.wrap(b"d" * 32, ROW)
    assert await old.unwrap(wrapped, "2027-01", ROW) == b"d" * 32


async def test_a_key_that_is_lost_is_named(keys):
    wrapped = await keys.encryption.wrap(b"d" * 32, ROW)
    with pytest.raises(PersonalKeyError, match="no key 2019"):
        await keys.encryption.unwrap(wrapped, "2019", ROW)


def test_the_key_that_wraps_now_is_not_dropped_nor_one_that_is_unknown(key_file):
    content = read_key_file(key_file).with_new_key("2027-01")
    assert [*content.without_key("2026-11").keys] == ["2027-01"]
    for kid in ("2027-01", "2030"):
        with pytest.raises(SettingsError, match="2026-11"):
            content.without_key(kid)


def test_a_name_of_a_key_is_given_once(key_file):
    with pytest.raises(SettingsError, match="2026-11"):
        read_key_file(key_file).with_new_key("2026-11")


def test_a_keyed_hash_is_the_same_for_the_same_and_another_under_another_key(keys):
    once = keys.reference("holder", "0912345678")
    assert once == keys.reference("holder", "0912345678")
    others = [
        keys.reference("holder", "0912345679"),
        keys.reference("key", "0912345678"),
        keys.reference("holder0912345678"),
        PersonalKeys(keys.encryption, b"o" * 32).reference("holder", "0912345678"),
    ]
    assert len({once, *others}) == 5
    assert once is not None
    assert len(once) == 26


def test_a_rotated_file_gives_the_same_references(key_file):
    before = PersonalKeys(references=read_key_file(key_file).references).reference("holder", "a")
    write_key_file(key_file, read_key_file(key_file).with_new_key("2027-01"))
    assert load_personal_keys(Settings(kek_file=key_file)).reference("holder", "a") == before
