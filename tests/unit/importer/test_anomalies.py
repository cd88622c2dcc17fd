import json

import pytest

from tools.importer import Mapping
from tools.importer.report import Kind

EARLY, LATE = "2026-01-01T08:00:00+07:00", "2026-04-01T08:00:00+07:00"
LONG = "x" * 200

XES_ANOMALIES = {
    Kind.CASE_WITHOUT_ID: ({"name": ""}, [{}]),
    Kind.CASE_WITHOUT_START: ({"startdate": ""}, [{}]),
    Kind.STEP_PAUSED: ({}, [{}, {"lifecycle:transition": "suspend"}]),
    Kind.STEP_NOT_DONE: ({}, [{}, {"lifecycle:transition": "ate_abort"}]),
    Kind.TEXT_UNFIT: ({}, [{"activity": "a|b"}]),
    Kind.CODE_UNUSABLE: ({"name": "c" * 80}, [{}]),
    Kind.CASE_WITHOUT_DEADLINE: ({"deadline": ""}, [{}]),
    Kind.CASE_WITHOUT_EVENTS: ({}, []),
    Kind.DEADLINE_BEFORE_START: ({"deadline": EARLY}, [{}]),
    Kind.OPEN_CASE: ({"enddate": ""}, [{}]),
    Kind.EVENT_WITHOUT_TIME: ({}, [{"at": ""}]),
    Kind.EVENT_WITHOUT_ACTIVITY: ({}, [{"activity": ""}]),
    Kind.EVENT_WITHOUT_GROUP: ({}, [{"group": ""}]),
    Kind.EVENT_BEFORE_START: ({}, [{"at": EARLY}]),
    Kind.EVENT_AFTER_END: ({}, [{"at": LATE}]),
    Kind.EVENT_OUT_OF_ORDER: ({}, [{}, {"at": "2026-03-02T10:00:00+07:00"}]),
    Kind.DUPLICATE_EVENT: ({}, [{}, {}]),
    Kind.EVENT_ID_REUSED: ({}, [{"id": "1"}, {"id": "1", "activity": "Other"}]),
    Kind.TEXT_CUT: ({}, [{"activity": LONG}]),
    Kind.UNREADABLE_TIME: ({"enddate": "soon"}, [{}]),
    Kind.TIME_WITHOUT_ZONE: ({"enddate": "2026-03-06T16:00:00"}, [{}]),
}
ALSO = {
    Kind.CASE_WITHOUT_EVENTS: set(),
    Kind.UNREADABLE_TIME: {Kind.OPEN_CASE},
    Kind.TIME_WITHOUT_ZONE: {Kind.OPEN_CASE},
    Kind.EVENT_WITHOUT_TIME: {Kind.CASE_WITHOUT_EVENTS},
    Kind.EVENT_WITHOUT_ACTIVITY: {Kind.CASE_WITHOUT_EVENTS},
}
SKIPPED = {Kind.CASE_WITHOUT_ID, Kind.CASE_WITHOUT_START, Kind.CODE_UNUSABLE}


@pytest.mark.parametrize("kind", XES_ANOMALIES)
def test_an_anomaly_is_counted_with_its_first_example(logs, write, run, mapping, kind):
    case, events = XES_ANOMALIES[kind]
    sound = logs.trace(logs.event(), name="sound")
    odd = logs.trace(*(logs.event(**event) for event in events), **case)
    report, bus = run(write(logs.log(sound, odd, sound.replace("sound", "after"))), mapping)
    assert set(report.anomalies) == {kind} | ALSO.get(kind, set())
    assert (report.anomalies[kind].count, report.anomalies[kind].cases) == (1, 1)
    assert report.anomalies[kind].example
    assert report.cases == 3
    assert report.played == (2 if kind in SKIPPED else 3)
    assert {"OLD.sound application", "OLD.after application"} <= set(bus.told)


def test_an_end_before_the_start_leaves_every_event_after_it(logs, write, run, mapping):
    report, _ = run(write(logs.log(logs.trace(logs.event(), enddate=EARLY))), mapping)
    assert set(report.anomalies) == {Kind.END_BEFORE_START, Kind.EVENT_AFTER_END}


def test_a_case_whose_code_another_one_has_is_skipped(logs, write, run, mapping):
    report, bus = run(write(logs.log(logs.trace(logs.event()), logs.trace(name="case/1"))), mapping)
    assert report.anomalies[Kind.DUPLICATE_CASE].count == 1  # "case/1" cleans to the same code
    assert bus.told.count("OLD.case-1 application") == 1


def test_a_case_that_is_given_twice_is_one_case(logs, write, run, mapping):
    twice = logs.trace(logs.event())
    report, bus = run(write(logs.log(twice, twice)), mapping)
    assert set(report.anomalies) == {Kind.CASE_IN_PIECES, Kind.DUPLICATE_EVENT}
    assert bus.told.count("OLD.case-1 application") == 1


def test_an_event_id_that_is_reused_still_makes_two_claims(logs, write, run, mapping):
    events = (logs.event("a", id="1"), logs.event("b", id="1"), logs.event("a", id="1"))
    report, bus = run(write(logs.log(logs.trace(*events))), mapping)
    assert report.anomalies[Kind.EVENT_ID_REUSED].count == 1
    assert report.anomalies[Kind.DUPLICATE_EVENT].count == 1
    assert len({event.id for event in bus.events}) == len(bus.events) == 6


def test_an_unknown_channel_takes_the_default(logs, write, run, settings):
    case = {**settings["case"], "channel": "channel"}
    mapping = Mapping.model_validate({**settings, "case": case, "channels": {"Desk": "counter", "Web": "online"}})
    file = write(logs.log(logs.trace(channel="Web", name="a-web"), logs.trace(channel="Fax", name="b-fax")))
    report, bus = run(file, mapping)
    assert "'Fax'" in report.anomalies[Kind.UNKNOWN_CHANNEL].example
    assert [e.data.claim.channel for e in bus.events if e.type == "intake.submitted"] == ["online", "counter"]


def test_an_open_case_past_its_deadline_is_one_at_the_logs_last_event(logs, write, run, mapping):
    overdue = logs.trace(logs.event(), name="open-1", enddate="")
    in_time = logs.trace(logs.event(), name="open-2", enddate="", deadline="2027-01-01T00:00:00Z")
    last = logs.trace(logs.event(at=LATE), name="last")
    report, bus = run(write(logs.log(overdue, in_time, last)), mapping)
    assert report.anomalies[Kind.OPEN_CASE].count == 2
    past = report.anomalies[Kind.OPEN_PAST_DEADLINE]
    assert (past.count, past.example.split()[0]) == (1, "open-1")
    assert bus.calls[-1] == ("test", report.latest)


def test_an_event_outside_of_any_case_is_counted(logs, write, run, mapping):
    report, _ = run(write(logs.log(logs.event(), logs.trace(logs.event()))), mapping)
    assert report.anomalies[Kind.EVENT_OUTSIDE_CASE].count == 1
    assert report.events == 1


def test_a_case_has_a_most_of_events(logs, write, run, mapping, monkeypatch):
    monkeypatch.setattr("tools.importer.log.MAX_EVENTS", 3)
    events = (logs.event(f"step {n}") for n in range(5))
    report, bus = run(write(logs.log(logs.trace(*events))), mapping)
    assert report.anomalies[Kind.TOO_MANY_EVENTS].count == 2
    assert sum("finished" in told for told in bus.told) == 3


def test_csv_lines_that_do_not_fit_are_skipped(write, run, csv_mapping):
    lines = [
        "case,start,end,deadline,activity,time,group",
        "case-1,2026-03-02T08:00+07:00,,2026-03-09T17:00+07:00,a,2026-03-03T08:00+07:00,A",
        "case-1,too,short",
        "",
        "case-1,2026-03-02T09:00+07:00,2026-03-06T16:00+07:00,2026-03-09T17:00+07:00,b,2026-03-04T08:00+07:00,A",
        ",,,,x,2026-03-04T08:00+07:00,A",
    ]
    report, bus = run(write("\n".join(lines), "log.csv"), csv_mapping)
    assert set(report.anomalies) == {
        Kind.LINE_SKIPPED,
        Kind.CASE_FIELDS_DIFFER,
        Kind.CASE_WITHOUT_ID,
        Kind.CASE_WITHOUT_START,
    }
    assert "line 3 has 3 fields" in report.anomalies[Kind.LINE_SKIPPED].example
    assert "line 5: start was" in report.anomalies[Kind.CASE_FIELDS_DIFFER].example
    assert bus.told[-1] == "H29.A has-result"  # the end was on the last line only


def test_the_report_gives_json_and_rows(logs, write, run, mapping):
    report, _ = run(write(logs.log(logs.trace(logs.event(), enddate=""))), mapping)
    found = json.loads(json.dumps(report.as_dict()))
    assert found["totals"]["cases"] == found["anomalies"]["open-case"]["count"] == 1
    assert found["latest"] == "2026-03-03T01:00:00+00:00"
    rows = report.rows()
    assert ("cases", "1", "", "") in rows
    assert ("case without an end", "1", "1", "case-1 (line 2)") in rows
