"""`calendar announce` refuses before it speaks to anybody."""

from typer.testing import CliRunner

from domain.worktime import CalendarError
from tools.cli.main import app


def test_an_announcement_that_lies_ahead_is_refused_on_the_live_timeline(tmp_path, monkeypatch):
    monkeypatch.setenv("LIENTHONG_KAFKA", "127.0.0.1:1")
    monkeypatch.setenv("LIENTHONG_MONGO", "mongodb://127.0.0.1:1")
    file = tmp_path / "storm.yaml"
    file.write_text("{announced_at: 2999-03-03 08:00, days_off: [{date: 2999-03-04, vi: Bão, en: Storm}]}")
    refused = CliRunner().invoke(app, ["calendar", "announce", str(file), "--reason", "Bão"]).exception
    assert isinstance(refused, CalendarError)
    assert str(refused) == (
        "storm.yaml: announced_at: 2999-03-03T01:00:00+00:00 lies ahead; announce it when it has come"
    )


def test_nothing_is_taken_back_at_a_time_that_lies_ahead_or_by_another_clock_than_the_dossiers():
    words = ["calendar", "retract", "2026-03-04", "--reason", "Bão tan"]
    ahead = CliRunner().invoke(app, [*words, "--at", "2999-03-03"])
    assert (ahead.exit_code, "lies ahead" in ahead.output) == (2, True)
    elsewhere = CliRunner().invoke(app, [*words, "--timeline", "week-10"])
    assert (elsewhere.exit_code, "say when with --at" in elsewhere.output) == (2, True)
