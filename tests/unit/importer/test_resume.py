import json

import pytest

from tools.importer import ImportFailed
from tools.importer.player import CHUNK, WINDOW


@pytest.fixture
def long_log(logs, write):
    return write(logs.log(*(logs.trace(logs.event(), name=f"case-{n}") for n in range(400))), "log.xes.gz")


@pytest.fixture
def small_window(monkeypatch):
    monkeypatch.setattr("tools.importer.player.WINDOW", 1000)


def test_messages_go_out_in_chunks(long_log, run, mapping):
    report, bus = run(long_log, mapping)
    assert max(map(len, bus.chunks)) == CHUNK
    assert report.messages == 400 * 5
    assert len(bus.chunks) == 4


@pytest.mark.usefixtures("small_window")
def test_the_clock_is_moved_once_when_all_is_told(long_log, run, mapping):
    report, bus = run(long_log, mapping)
    window = ["publish", "publish"]
    assert bus.calls == [*window, *window, ("test", report.latest)]


def test_the_same_log_gives_the_same_bytes(long_log, run, mapping):
    _, once = run(long_log, mapping)
    _, again = run(long_log, mapping, from_scratch=True)
    assert once.messages == again.messages


@pytest.mark.parametrize("interruption", [(0, 0), (1, 0), (2, 200), (3, 200)])
@pytest.mark.usefixtures("small_window")
def test_an_interrupted_import_goes_on_where_it_was(long_log, run, mapping, new_bus, interruption):
    fails_at, before = interruption
    first = new_bus(fails_at=fails_at)
    with pytest.raises(ConnectionError):
        run(long_log, mapping, first)
    resumed, second = run(long_log, mapping)
    _, whole = run(long_log, mapping, from_scratch=True)
    assert resumed.cases_published_before == before
    assert (resumed.cases, resumed.played, resumed.messages) == (400, 400, 2000 - before * 5)
    assert set(first.messages) | set(second.messages) == set(whole.messages)
    assert second.messages == whole.messages[before * 5 :]


def test_as_long_as_its_window_is_open_nothing_counts_as_published(long_log, run, mapping, new_bus):
    with pytest.raises(ConnectionError):
        run(long_log, mapping, new_bus(fails_at=3))
    report, _ = run(long_log, mapping)
    assert (report.messages, report.cases_published_before) == (2000, 0)
    assert report.messages < WINDOW


def test_a_finished_import_publishes_nothing_again_but_tells_the_time(long_log, run, mapping):
    run(long_log, mapping)
    report, bus = run(long_log, mapping)
    assert bus.calls == [("test", report.latest)]
    assert report.messages == 0


def test_another_mapping_is_another_import(long_log, run, mapping):
    run(long_log, mapping)
    report, _ = run(long_log, mapping.model_copy(update={"timeline": "other"}))
    assert report.messages == 2000


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"cases": 3}', "cases", "negative", "other"])
def test_a_damaged_progress_file_is_an_error_sentence(long_log, run, mapping, tmp_path, damage):
    run(long_log, mapping)
    path = next((tmp_path / "progress").glob("import-test-*.json"))
    saved = json.loads(path.read_text())
    changed = {"cases": {"cases": 9999}, "negative": {"cases": -1}, "other": {"sha256": "0" * 64}}.get(damage)
    path.write_text(json.dumps({**saved, **changed}) if changed else damage)
    with pytest.raises(ImportFailed, match="--from-scratch"):
        run(long_log, mapping)
    report, _ = run(long_log, mapping, from_scratch=True)
    assert report.messages == 2000
    assert json.loads(path.read_text()) == saved


def test_a_progress_folder_that_can_not_be_written_is_an_error_sentence(long_log, run, mapping, tmp_path):
    (tmp_path / "progress").write_text("in the way")
    with pytest.raises(ImportFailed, match="progress"):
        run(long_log, mapping)


def test_progress_goes_up_through_reading_and_playing(long_log, run, mapping):
    seen = []
    run(long_log, mapping, on_progress=lambda done, total: seen.append((done, total)))
    whole = 2 * long_log.stat().st_size
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[0][0] <= whole / 2 < seen[-2][0]
    assert seen[-1] == (whole, whole)
