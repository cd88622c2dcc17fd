"""Object-centric logs, OCEL 2.0, in JSON and in SQLite: nothing of one is dropped without being counted."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.unit.importer.judging import by_case, judged
from tests.unit.importer.ocel_log import event, log, permit, value, write_json, write_sqlite
from tools.importer import ImportFailed, Mapping, load_mapping
from tools.importer.report import Kind

MAPPING = load_mapping(Path(__file__).parents[3] / "examples" / "ocel.yaml")
FORMS = {"log.jsonocel": write_json, "log.sqlite": write_sqlite}


@pytest.fixture(params=FORMS)
def imported(request, tmp_path, run):
    """Writes a log in one of the forms, and plays it."""

    def done(document, mapping=MAPPING):
        return run(FORMS[request.param](tmp_path / request.param, document), mapping, from_scratch=True)

    return done


def counts(report):
    return {kind: found.count for kind, found in report.anomalies.items()}


def test_dossiers_are_played_and_all_else_is_counted(imported):
    report, bus = imported(log())
    assert [one for one in bus.told if "application" in one] == [f"PERMIT.permit-{n} application" for n in (1, 2, 3)]
    assert [one for one in bus.told if "step" in one or "result" in one] == [
        "PT.north finished-step check",
        "PT.north finished-step inspect",
        "PT.south finished-step decide",
        "PT.south has-result",
        "PT.north finished-step inspect",
        "PT.north finished-step decide",  # its agency is not in the log: the dossier stays where it is
        "PT.north has-result",
    ]
    assert counts(report) == {
        Kind.EVENT_OF_SEVERAL: 1,
        Kind.EVENT_NOT_A_STEP: 1,
        Kind.EVENT_WITHOUT_DOSSIER: 2,
        Kind.RELATION_UNKNOWN: 1,
        Kind.OBJECT_WITHOUT_EVENTS: 1,
        Kind.EVENT_WITHOUT_GROUP: 1,
        Kind.CASE_WITHOUT_EVENTS: 1,
        Kind.CASE_WITHOUT_DEADLINE: 1,
        Kind.OPEN_CASE: 1,
    }
    assert (report.cases, report.played, report.ended, report.ended_late) == (3, 3, 2, 1)


def test_both_forms_of_a_log_give_the_same_claims(run, tmp_path):
    told = []
    for name, written in FORMS.items():
        _, bus = run(written(tmp_path / name, log()), MAPPING, from_scratch=True)
        told.append([event.to_json() for event in bus.events])
    assert told[0] == told[1]


def test_officer_agency_and_channel_come_from_what_an_event_and_a_dossier_are_related_to(imported):
    _, bus = imported(log())
    first = next(one for one in bus.events if one.type == "agency.reported" and one.data.claim.kind == "finished-step")
    assert (first.data.agency, first.data.officer, first.data.claim.step) == ("PT.north", "e7", "check")
    assert [one.data.claim.channel for one in bus.events if one.type == "intake.submitted"][:2] == ["online", "counter"]


@pytest.mark.parametrize(
    ("changed_at", "new", "late", "kind"),
    [
        ("2026-03-04T00:00:00Z", "2026-03-09T10:00:00Z", False, Kind.DEADLINE_CHANGED),
        ("2026-03-05T10:00:01Z", "2026-03-09T10:00:00Z", True, Kind.DEADLINE_CHANGED_LATE),
        ("2026-03-04T00:00:00Z", "2026-03-05T10:00:00Z", True, None),
    ],
)
def test_of_a_deadline_that_changes_the_last_one_counts_that_was_given_in_time(imported, changed_at, new, late, kind):
    document = log()
    document["objects"][1]["attributes"].append(value("deadline", new, changed_at))
    report, bus = imported(document)
    second = list(by_case(bus.events))[1]
    assert (judged(second).deadlines[0].verdict == "late") is late
    changes = {Kind.DEADLINE_CHANGED, Kind.DEADLINE_CHANGED_LATE}
    assert changes & set(report.anomalies) == ({kind} if kind else set())


def test_a_change_after_the_end_changes_no_verdict(imported):
    document = log()
    document["objects"][0]["attributes"] += [
        value("deadline", "2026-03-20T10:00:00Z", "2026-03-04T00:00:00Z"),
        value("deadline", "2026-03-05T09:00:00Z", "2026-03-06T00:00:00Z"),
    ]
    report, bus = imported(document)
    assert report.anomalies[Kind.DEADLINE_CHANGED_LATE].count == 1
    assert judged(next(by_case(bus.events))).deadlines[0].verdict == "early"


def test_of_another_attribute_the_last_value_counts(imported):
    document = log()
    document["objects"][0]["attributes"].append(value("channel", "desk", "2026-03-04T00:00:00Z"))
    _, bus = imported(document)
    assert bus.events[0].data.claim.channel == "counter"


def test_objects_and_events_that_come_twice_are_counted(imported):
    document = log()
    document["objects"].append(permit("permit-1"))
    document["events"].append(event("v1", "decide", "2026-03-03T01:00:00Z", ("permit-1", "of")))
    report, _ = imported(document)
    assert (counts(report)[Kind.OBJECT_TWICE], counts(report)[Kind.DUPLICATE_EVENT]) == (1, 1)


def test_of_several_agencies_the_first_is_taken_and_that_is_counted(imported):
    document = log()
    document["events"][0]["relationships"].insert(1, {"objectId": "south", "qualifier": "done by"})
    report, bus = imported(document)
    assert "PT.south finished-step check" in bus.told
    assert counts(report)[Kind.SEVERAL_AGENCIES] == 1


def test_a_qualifier_may_tell_which_events_are_a_dossiers(imported):
    shape = MAPPING.ocel.model_copy(update={"qualifier": "mentions"})
    report, bus = imported(log(), MAPPING.model_copy(update={"ocel": shape}))
    assert not any("step" in one for one in bus.told)
    assert counts(report)[Kind.EVENT_WITHOUT_DOSSIER] == 6


def test_an_event_of_too_many_objects_is_cut_and_counted(imported, monkeypatch):
    monkeypatch.setattr("tools.importer.ocel.MAX_RELATED", 2)
    report, _ = imported(log())
    assert counts(report)[Kind.RELATIONS_CUT] == 3


def test_a_deadline_that_changes_without_end_is_cut_and_counted(imported, monkeypatch):
    monkeypatch.setattr("tools.importer.ocel.MAX_CHANGES", 2)
    document = log()
    for hour in range(3):
        document["objects"][0]["attributes"].append(
            value("deadline", "2026-03-20T10:00:00Z", f"2026-03-04T0{hour}:00:00Z")
        )
    report, _ = imported(document)
    assert counts(report)[Kind.TOO_MANY_CHANGES] == 2


def test_a_mapping_of_another_kind_of_log_is_refused(imported):
    with pytest.raises(ImportFailed, match="needs `ocel` in the mapping"):
        imported(log(), MAPPING.model_copy(update={"ocel": None}))


BROKEN_JSON = {
    "empty": (b"", "bad or truncated JSON"),
    "no json": (b"hello", "bad or truncated JSON"),
    "a list": (b"[]", "does not begin with {"),
    "something else": (b'{"a": 1}', "no `objects` and `events`"),
    "ocel 1.0": (b'{"ocel:events": {"e": {}}}', "an OCEL 1.0 must be converted"),
    "cut short": (json.dumps(log()).encode()[:-300], "bad or truncated JSON"),
    "not utf-8": (b'{"objects": [{"id": "\xff\xfe"}]}', "bad or truncated JSON"),
    "deep": (b'{"objects": [' + b"[" * 100, "too many parts or brackets"),
    "deep elsewhere": (b'{"rest": ' + b"[" * 10_000, "too many parts or brackets"),
    "a text without end": (b'{"objects": [{"id": "' + b"x" * 1_200_000, "a text of more than"),
    "many parts": (b'{"objects": [{"id": "a", "attributes": [' + b"1," * 100_100, "too many parts"),
}


@pytest.mark.parametrize("name", BROKEN_JSON)
def test_json_that_is_no_such_log_is_refused_before_anything_is_published(tmp_path, run, new_bus, name):
    content, says = BROKEN_JSON[name]
    file, bus = tmp_path / "log.json", new_bus()
    file.write_bytes(content)
    with pytest.raises(ImportFailed, match=says) as refusal:
        run(file, MAPPING, bus)
    assert "log.json" in str(refusal.value)
    assert bus.calls == []


def test_values_of_wrong_types_are_anomalies(tmp_path, run):
    document = log()
    document["objects"] += [{"id": 7, "type": "permit"}, {"type": "permit"}, "text", ["permit"], None]
    document["events"] += [{"id": "v8", "type": "check", "time": 5, "attributes": {}, "relationships": "permit-1"}, 12]
    document["objects"][2]["attributes"] += [value("deadline", value_) for value_ in (True, 10**30, 1.5, None, ["x"])]
    report, _ = run(write_json(tmp_path / "log.json", document), MAPPING)
    assert counts(report)[Kind.NOT_OF_THE_STANDARD] == 6
    assert counts(report)[Kind.UNREADABLE_TIME] == 3
    assert report.played == 3


def change(path, *statements):
    base = sqlite3.connect(write_sqlite(path, log()))
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()
    return path


BROKEN_SQLITE = {
    "no table": (["DROP TABLE event_object"], "no table 'event_object'"),
    "no column": (["ALTER TABLE object RENAME COLUMN ocel_type TO kind"], "no column ocel_type"),
    "a view": (
        ["DROP TABLE event_object", "CREATE VIEW event_object AS SELECT 1 AS ocel_event_id"],
        "no table 'event_object'",
    ),
    "a virtual table": (
        ["DROP TABLE event_object", "CREATE VIRTUAL TABLE event_object USING fts5(ocel_event_id)"],
        "no table 'event_object'",
    ),
    "a missing type": (["INSERT INTO event_map_type VALUES ('x', 'sqlite_master')"], "no table 'event_sqlite_master'"),
    "a long text": (["UPDATE object SET ocel_id = hex(zeroblob(600000))"], "too big"),
}


@pytest.mark.parametrize("name", BROKEN_SQLITE)
def test_sqlite_that_is_no_such_log_is_refused_before_anything_is_published(tmp_path, run, new_bus, name):
    statements, says = BROKEN_SQLITE[name]
    file, bus = change(tmp_path / "log.sqlite", *statements), new_bus()
    with pytest.raises(ImportFailed, match=says):
        run(file, MAPPING, bus)
    assert bus.calls == []


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_what_is_no_sqlite_is_refused(tmp_path, run, content):
    file = tmp_path / "log.sqlite"
    file.write_bytes(content)
    with pytest.raises(ImportFailed, match="SQLite"):
        run(file, MAPPING)


def test_a_file_of_somebody_else_is_never_written(tmp_path, run):
    file = write_sqlite(tmp_path / "log.sqlite", log())
    file.chmod(0o444)
    before = file.read_bytes()
    run(file, MAPPING)
    assert file.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"log.sqlite", "progress"}


def test_texts_that_are_not_utf_8_are_read_as_far_as_they_go(tmp_path, run):
    file = change(tmp_path / "log.sqlite", "UPDATE event SET ocel_type = CAST(x'ff' AS TEXT) WHERE ocel_id = 'v1'")
    report, _ = run(file, MAPPING)
    assert report.played == 3


def test_packed_sqlite_is_refused(tmp_path, run):
    file = tmp_path / "log.sqlite.gz"
    file.write_bytes(b"")
    with pytest.raises(ImportFailed, match="all but SQLite also with"):
        run(file, Mapping.model_validate(MAPPING.model_dump()))


def test_a_table_whose_name_is_not_utf_8_is_an_error_sentence(tmp_path, run):
    file = write_sqlite(tmp_path / "log.sqlite", log())
    content = file.read_bytes()
    assert b"CREATE TABLE event_object (ocel_event_id" in content
    file.write_bytes(
        content.replace(b"CREATE TABLE event_object (ocel_event_id", b"CREATE TABLE \xb5vent_object (ocel_event_id")
    )
    with pytest.raises(ImportFailed, match="bad SQLite"):
        run(file, MAPPING)
