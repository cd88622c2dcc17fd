"""A log may tell its events in any order: each case is put together before anything is published."""

import random
import sqlite3

import pytest

from tools.importer import ImportFailed
from tools.importer.report import Kind

HEADER = "case,start,end,deadline,activity,time,group"
WHOLE = "2026-03-02T08:00Z,2026-03-06T08:00Z,2026-03-09T08:00Z"
LINES = [
    f"case-{n},{WHOLE},step {step},2026-03-03T0{step}:0{n}Z,{'AB'[step % 2]}" for n in range(5) for step in range(4)
]


def told(bus):
    return {
        event.subject: [one.to_json() for one in bus.events if one.subject == event.subject] for event in bus.events
    }


@pytest.mark.parametrize("seed", range(5))
def test_a_log_in_any_order_gives_the_claims_of_the_log_by_case(write, run, csv_mapping, seed):
    mapping = csv_mapping.model_copy(update={"event": csv_mapping.event.model_copy(update={"id": "activity"})})
    by_case, first = run(write("\n".join([HEADER, *LINES]), "log.csv"), mapping)
    mixed = random.Random(seed).sample(LINES, len(LINES))
    report, second = run(write("\n".join([HEADER, *mixed]), "log.csv"), mapping, from_scratch=True)
    assert told(first) == told(second)
    assert report.anomalies[Kind.CASE_IN_PIECES].cases == 5
    assert (report.cases, report.events, report.ended) == (by_case.cases, by_case.events, by_case.ended) == (5, 20, 5)


def test_a_log_by_time_loses_nothing(write, run, csv_mapping):
    by_time = sorted(LINES, key=lambda line: line.split(",")[5])
    report, bus = run(write("\n".join([HEADER, *by_time]), "log.csv"), csv_mapping)
    assert sum("finished" in one for one in bus.told) == 20
    assert set(report.anomalies) == {Kind.CASE_IN_PIECES}


def test_a_trace_that_is_split_in_two_is_one_case(logs, write, run, mapping):
    first, last = logs.event("a"), logs.event("b", "2026-03-04T08:00:00+07:00")
    split = logs.log(logs.trace(first, enddate=""), logs.trace(name="other"), logs.trace(last))
    report, bus = run(write(split), mapping)
    assert [one for one in bus.told if "step" in one] == ["H29.A finished-step a", "H29.A finished-step b"]
    assert bus.told.count("H29.A has-result") == 1  # the end stands in the second part only
    assert (report.cases, report.anomalies[Kind.CASE_IN_PIECES].count) == (2, 1)


def test_cases_come_in_the_order_of_their_first_event(write, run, csv_mapping):
    _, bus = run(write("\n".join([HEADER, *LINES[8:], *LINES[:8]]), "log.csv"), csv_mapping)
    applications = [event.subject for event in bus.events if event.type == "intake.submitted"]
    assert applications == [f"OLD.case-{n}" for n in (2, 3, 4, 0, 1)]


def test_an_interrupted_import_of_a_mixed_log_goes_on_where_it_was(write, run, csv_mapping, new_bus, monkeypatch):
    monkeypatch.setattr("tools.importer.player.WINDOW", 20)
    by_time = sorted(LINES, key=lambda line: line.split(",")[5])
    file = write("\n".join([HEADER, *by_time]), "log.csv")
    first = new_bus(fails_at=1)
    with pytest.raises(ConnectionError):
        run(file, csv_mapping, first)
    resumed, second = run(file, csv_mapping)
    _, whole = run(file, csv_mapping, from_scratch=True)
    assert 0 < resumed.cases_published_before < 5
    assert set(first.messages) | set(second.messages) == set(whole.messages)


def test_a_mixed_log_that_breaks_off_is_refused_before_anything_is_published(write, run, csv_mapping, new_bus):
    by_time = sorted(LINES, key=lambda line: line.split(",")[5]) * 20
    bus = new_bus()
    with pytest.raises(ImportFailed, match="do not stand together, so each may lack its end: nothing is played"):
        run(write("\n".join([HEADER, *by_time]).encode() + b"\n\xff\n", "log.csv"), csv_mapping, bus)
    assert bus.calls == []


def test_a_zone_that_nobody_explained_is_found_before_anything_is_published(write, run, csv_mapping, new_bus, settings):
    changed = {"time_format": "%Y-%m-%dT%H:%M %Z", "default_zone": "Asia/Ho_Chi_Minh"}
    mapping = csv_mapping.model_copy(update=changed)
    lines = [line.replace("Z,", " UTC,") for line in LINES]
    lines[-1] = lines[-1].replace("UTC,B", "CET,B")
    bus = new_bus()
    with pytest.raises(ImportFailed, match=r"names the zone CET.*zones: \{CET: "):
        run(write("\n".join([HEADER, *lines]), "log.csv"), mapping, bus)
    assert bus.calls == []
    report, _ = run(write("\n".join([HEADER, *lines]), "log.csv"), mapping.model_copy(update={"zones": {"CET": "UTC"}}))
    assert report.anomalies == {}


def test_a_temporary_folder_without_room_is_an_error_sentence(write, run, csv_mapping, monkeypatch):
    real = sqlite3.connect

    def small(*args, **options):
        base = real(*args, **options)
        base.execute("PRAGMA max_page_count = 6")
        return base

    monkeypatch.setattr("tools.importer.grouping.sqlite3.connect", small)
    text = "\n".join([HEADER, *(line.replace("case-", f"case-{n}") for n in range(200) for line in LINES)])
    with pytest.raises(ImportFailed, match="SQLITE_TMPDIR"):
        run(write(text, "log.csv"), csv_mapping)
