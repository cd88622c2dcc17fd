"""A small object-centric log of our own invention, in both forms of OCEL 2.0."""

import copy
import json
import sqlite3
from pathlib import Path
from typing import Any

EPOCH = "1970-01-01T00:00:00Z"


def value(name: str, text: Any, time: str = EPOCH) -> dict[str, Any]:
    return {"name": name, "time": time, "value": text}


def permit(object_id: str, *attributes: dict[str, Any]) -> dict[str, Any]:
    return {"id": object_id, "type": "permit", "attributes": list(attributes), "relationships": []}


def event(event_id: str, kind: str, time: str, *related: tuple[str, str], **attributes: Any) -> dict[str, Any]:
    return {
        "id": event_id,
        "type": kind,
        "time": time,
        "attributes": [{"name": name, "value": text} for name, text in attributes.items()],
        "relationships": [{"objectId": one, "qualifier": qualifier} for one, qualifier in related],
    }


def dated(lodged: str, deadline: str, closed: str = "", channel: str = "web") -> list[dict[str, Any]]:
    given = {"lodged": lodged, "deadline": deadline, "closed": closed, "channel": channel}
    return [value(name, text) for name, text in given.items() if text]


LOG: dict[str, Any] = {
    "objectTypes": [
        {"name": name, "attributes": [{"name": one, "type": "string"} for one in attributes]}
        for name, attributes in (
            ("permit", ("lodged", "deadline", "closed", "channel")),
            ("office", ()),
            ("employee", ()),
            ("site", ()),
        )
    ],
    "eventTypes": [
        {"name": name, "attributes": [{"name": "note", "type": "string"}]}
        for name in ("check", "inspect", "decide", "phone call")
    ],
    "objects": [
        permit("permit-1", *dated("2026-03-02T01:00:00Z", "2026-03-05T10:00:00Z", "2026-03-05T10:00:00Z")),
        permit("permit-2", *dated("2026-03-02T01:00:00Z", "2026-03-05T10:00:00Z", "2026-03-06T10:00:00Z", "desk")),
        permit("permit-3", *dated("2026-03-02T01:00:00Z", "")),
        {"id": "north", "type": "office"},
        {"id": "south", "type": "office", "attributes": [], "relationships": [{"objectId": "s1", "qualifier": "at"}]},
        {"id": "west", "type": "office"},
        {"id": "e7", "type": "employee", "attributes": []},
        {"id": "s1", "type": "site"},
    ],
    "events": [
        event("v1", "check", "2026-03-03T01:00:00Z", ("permit-1", "of"), ("north", "done by"), ("e7", "by"), note="x"),
        event("v2", "decide", "2026-03-05T10:00:00Z", ("permit-1", "of"), ("south", "done by")),
        event("v3", "inspect", "2026-03-04T01:00:00Z", ("permit-1", "of"), ("permit-2", "of"), ("north", "done by")),
        event("v4", "phone call", "2026-03-04T02:00:00Z", ("permit-1", "of")),
        event("v5", "check", "2026-03-04T03:00:00Z", ("s1", "at")),
        event("v6", "check", "2026-03-04T04:00:00Z"),
        event("v7", "decide", "2026-03-06T10:00:00Z", ("permit-2", "of"), ("lost", "done by"), ("south", "asked")),
    ],
}


def log() -> dict[str, Any]:
    """A copy, to be changed."""
    return copy.deepcopy(LOG)


def write_json(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def write_sqlite(path: Path, document: dict[str, Any]) -> Path:
    """The same log as a relational one; times as SQLite writes them, without a zone."""
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.executescript(
        "CREATE TABLE event (ocel_id TEXT, ocel_type TEXT); CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);"
        "CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);"
        "CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);"
        "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);"
        "CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);"
    )
    for what, own in (("event", "ocel_time TEXT"), ("object", "ocel_time TEXT, ocel_changed_field TEXT")):
        for kind in document[f"{what}Types"]:
            table = kind["name"].title().replace(" ", "")
            columns = "".join(f', "{one["name"]}" TEXT' for one in kind["attributes"])
            base.execute(f"INSERT INTO {what}_map_type VALUES (?, ?)", (kind["name"], table))  # noqa: S608 - names of this module
            base.execute(f'CREATE TABLE "{what}_{table}" (ocel_id TEXT, {own}{columns})')
    for one in document["objects"]:
        base.execute("INSERT INTO object VALUES (?, ?)", (one["id"], one["type"]))
        _write_values(base, one)
    for one in document["events"]:
        base.execute("INSERT INTO event VALUES (?, ?)", (one["id"], one["type"]))
        table = one["type"].title().replace(" ", "")
        note = next((text["value"] for text in one["attributes"]), None)
        _insert(base, f"event_{table}", ocel_id=one["id"], ocel_time=_plain(one["time"]), note=note)
        for link in one["relationships"]:
            base.execute("INSERT INTO event_object VALUES (?, ?, ?)", (one["id"], link["objectId"], link["qualifier"]))
    base.commit()
    base.close()
    return path


def _write_values(base: sqlite3.Connection, one: dict[str, Any]) -> None:
    for attribute in one.get("attributes", ()):
        name, time = attribute["name"], attribute["time"]
        values = {"ocel_id": one["id"], "ocel_time": _plain(time), name: attribute["value"]}
        changed = None if time == EPOCH else name
        _insert(base, f"object_{one['type'].title()}", ocel_changed_field=changed, **values)


def _insert(base: sqlite3.Connection, table: str, **values: Any) -> None:
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    base.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', tuple(values.values()))  # noqa: S608


def _plain(time: str) -> str:
    return time.replace("T", " ").removesuffix("Z")
