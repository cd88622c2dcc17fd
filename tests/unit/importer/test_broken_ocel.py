"""Files that are no object-centric log, or a damaged one: each is refused, or read as far as it goes."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.unit.importer.judging import counts
from tests.unit.importer.ocel_log import log, value, write_json, write_sqlite
from tools.importer import ImportFailed, Mapping, load_mapping
from tools.importer.report import Kind

MAPPING = load_mapping(Path(__file__).parents[3] / "examples" / "ocel.yaml")

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
