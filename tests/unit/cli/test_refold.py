"""What `lienthong refold` tells; that it folds is seen in tests/component/chassis/test_refold.py."""

import re

import pytest
from typer.testing import CliRunner

from tools.cli import refold as command
from tools.cli.main import app, registered
from tools.operations.refold import Refolding

VERSIONS = "sla 2 / domain 1 / order 1"


@pytest.fixture
def told(monkeypatch):
    """Runs the command where folding comes to this, page by page."""

    def run(*pages: tuple[int, dict[str, str]], left: int = 0, total: int = 400):
        async def refold(_settings, _name, on_page):
            found = Refolding(VERSIONS, total)
            for done, failed in pages:
                found.done, found.failed = done, failed
                on_page(found)
            found.left = left
            return found

        registered("refold")
        monkeypatch.setattr(command.refolding, "refold", refold)
        monkeypatch.setattr(command, "environment", lambda: None)
        monkeypatch.setattr(command, "LINE_SECONDS", 0.0)
        return CliRunner().invoke(app, ["refold", "sla"])

    return run


def test_without_a_terminal_its_progress_is_lines(told):
    lines = told((200, {}), (400, {})).stderr.splitlines()
    assert [re.sub(r"\d+/s", "N/s", line) for line in lines] == [
        "sla: 200 of 400 · N/s · 200 left",
        "sla: 400 of 400 · N/s · 0 left",
    ]


def test_at_the_end_it_tells_what_it_did_under_which_versions(told):
    result = told((400, {}))
    assert result.exit_code == 0
    assert result.stdout == f"sla: 400 documents folded anew under {VERSIONS} · 0 can not be folded · 0 left\n"


def test_documents_that_can_not_be_folded_are_named_and_a_failure(told):
    result = told((398, {"D.7": "ValueError: no such [step]", "D.8": "KeyError: 'x'"}), left=2)
    assert result.exit_code == 1
    assert "D.7 can not be folded: ValueError: no such [step]\nD.8 can not be folded" in result.stdout
    assert "still saving" not in result.stdout


def test_documents_that_older_code_saves_meanwhile_are_told_apart(told):
    result = told((400, {}), left=3)
    assert result.exit_code == 1
    assert "an instance with other versions is still saving: stop it, then refold again" in result.stdout


def test_a_terminal_has_a_bar(told, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = told((200, {}), (400, {})).stderr
    assert "folding sla anew" in shown
    assert "400/400" in shown


def test_a_service_that_does_not_exist_is_refused():
    result = CliRunner().invoke(app, ["refold", "slaa"])
    assert result.exit_code == 2
    assert "no service slaa" in result.output
