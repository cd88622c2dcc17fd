"""`access` and `agency` where there is no bus, or one that asks nobody who he is."""

import pytest
from typer.testing import CliRunner

from chassis.runtime.settings import SettingsError
from tools.cli.main import app


def test_the_plan_for_named_agencies_needs_no_bus(monkeypatch, tmp_path):
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path))
    told = CliRunner().invoke(app, ["access", "plan", "--agency", "H29.02"])
    assert told.exit_code == 0
    assert "agency.H29.02.inbox" in told.output


def test_on_a_plain_bus_there_is_nothing_to_connect_to(monkeypatch, tmp_path):
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path))
    monkeypatch.setenv("LIENTHONG_KAFKA", "127.0.0.1:1")
    told = CliRunner().invoke(app, ["agency", "add", "H29.02"])
    assert isinstance(told.exception, SettingsError)
    assert "asks nobody who he is" in str(told.exception)


@pytest.mark.parametrize("words", [["agency", "add"], ["agency", "rotate"], ["agency", "revoke"], ["agency", "root"]])
def test_a_command_without_its_argument_says_so(words):
    assert CliRunner().invoke(app, words).exit_code == 2
