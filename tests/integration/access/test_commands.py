"""`lienthong access` and `lienthong agency` as an administrator types them, on a real broker."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from chassis.runtime.bus.admin import BusError
from chassis.runtime.settings import Settings, SettingsError
from tools.cli.main import app
from tools.operations import access_agency

pytestmark = pytest.mark.stack

CODE = "H29.02"


@pytest.fixture
def here(administrator: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in which commands reach the broker as whom they choose."""
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path))
    monkeypatch.setenv("LIENTHONG_KAFKA", administrator.kafka)
    monkeypatch.setenv("LIENTHONG_KAFKA_ACCESS", str(administrator.kafka_access))
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def error(result: Result) -> str:
    """The sentence that the program would say."""
    assert isinstance(result.exception, SettingsError | BusError), result.output
    return str(result.exception)


def test_an_agency_from_its_first_day_to_its_last(here, administrator):
    out = str(here / "credentials")
    added = typed("agency", "add", CODE, "--out", out)
    assert added.exit_code == 0, added.output
    told = json.loads((here / "credentials" / CODE / "bus.json").read_text())
    assert told["password"] not in added.output
    assert typed("access", "diff").exit_code == 0
    assert "is connected already" in error(typed("agency", "add", CODE, "--out", out))

    rotated = typed("agency", "rotate", CODE, "--out", out)
    assert rotated.exit_code == 0, rotated.output
    assert json.loads((here / "credentials" / CODE / "bus.json").read_text())["password"] != told["password"]

    assert typed("agency", "revoke", CODE).exit_code == 0
    assert CODE not in access_agency.connected(administrator.bus)
    assert typed("access", "diff").exit_code == 0


def test_a_difference_is_told_and_mended(here):
    codes = [word for code in access_codes() for word in ("--agency", code)]
    differs = typed("access", "diff", *codes, "--agency", CODE)
    assert differs.exit_code == 1
    assert f"+ agency-{CODE} may write topic agency.reported" in differs.output
    given = typed("access", "apply", *codes, "--agency", CODE)
    assert f"given: agency-{CODE} may read topic agency.{CODE}.inbox" in given.output
    taken = typed("access", "apply")
    assert f"taken away: agency-{CODE} may write topic agency.reported" in taken.output
    assert "0 given, 0 taken away" in typed("access", "apply").output


def access_codes() -> list[str]:
    from tools.operations.environment import ADMIN, known_bus  # noqa: PLC0415 - by the environment of the test

    return access_agency.connected(known_bus(ADMIN))


def test_where_agencies_have_to_sign_the_roots_key_is_asked_for(here, monkeypatch):
    made = typed("agency", "root", str(here / "root.json"))
    name, _, public = made.output.strip().partition("=")
    assert name == "LIENTHONG_ROOT_KEY"
    assert (here / "root.json").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv(name, public)
    assert "--root-key" in error(typed("agency", "add", CODE))
    out = str(here / "credentials")
    added = typed("agency", "add", CODE, "--out", out, "--root-key", str(here / "root.json"))
    assert added.exit_code == 0, added.output
    assert (here / "credentials" / CODE / "key.json").exists()
    assert typed("agency", "revoke", CODE).exit_code == 1  # its key still counts
    assert typed("agency", "revoke", CODE, "--root-key", str(here / "root.json")).exit_code == 0


@pytest.mark.parametrize("code", ["H99.99", "", "../etc", "H29.02\n"])
def test_a_code_that_is_not_in_the_directory_is_refused(here, code):
    assert "the directory has no agency" in error(typed("agency", "add", code))
