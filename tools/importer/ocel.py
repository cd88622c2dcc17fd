"""Object-centric logs (OCEL 2.0) as pieces of cases, whatever their format: each object that is a dossier is a case.

Objects, events and their relations come in any order, so they are kept in a temporary file until all are read. What
belongs to no dossier is counted; an event of several dossiers is told in each.
"""

import json
import sqlite3
from collections.abc import Iterator
from itertools import groupby, islice
from operator import itemgetter
from types import TracebackType
from typing import Any, Self

from tools.importer.errors import ImportFailed
from tools.importer.grouping import on_disk
from tools.importer.log import LONGEST_VALUE, Note, RawCase
from tools.importer.mapping import Mapping, OcelShape, Related
from tools.importer.report import Kind

ID, TYPE, TIME = "ocel:id", "ocel:type", "ocel:time"
"""By these names a mapping asks for what every object and event has, beside the attributes by theirs."""

AGENCY, OFFICER = "ocel:agency", "ocel:officer"
"""By these it asks for the related objects that `ocel.agency` and `ocel.officer` describe."""

MAX_RELATED = 1_000
"""Objects of one event that are looked at; an event has some, and one with millions of them must not fill memory."""

MAX_CHANGES = 1_000
"""Values of one deadline that are looked at."""

_TABLES = """
PRAGMA cache_size = -16000;
PRAGMA temp_store = FILE;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE objects (id TEXT PRIMARY KEY, type TEXT) WITHOUT ROWID;
CREATE TABLE changes (object TEXT, name TEXT, time TEXT, value TEXT);
CREATE TABLE events (
    place INTEGER PRIMARY KEY, id TEXT UNIQUE, type TEXT, time TEXT DEFAULT '', rest TEXT DEFAULT '{}'
);
CREATE TABLE relations (event TEXT, object TEXT, qualifier TEXT);
BEGIN;
"""
_RELATED = """
SELECT e.place, e.id, e.type, e.time, e.rest, r.object, o.type, r.qualifier
FROM events e LEFT JOIN relations r ON r.event = e.id LEFT JOIN objects o ON o.id = r.object
ORDER BY e.time, e.place, r.rowid
"""
_ALONE = "FROM objects WHERE type != ? AND id NOT IN (SELECT object FROM relations)"
_STRAY = "FROM relations WHERE event NOT IN (SELECT id FROM events) OR object NOT IN (SELECT id FROM objects)"

Relation = tuple[str, str | None, str]
"""Object, its type (None: there is no such object), qualifier."""


class ObjectLog:
    """The objects and events that a reader of one format found, until all is read. They are gone when it is closed."""

    def __init__(self, mapping: Mapping, note: Note) -> None:
        if mapping.ocel is None:
            raise ImportFailed("an object-centric log needs `ocel` in the mapping: which objects are the dossiers")
        self.shape: OcelShape = mapping.ocel
        self._mapping = mapping
        self._note = note
        self._base = sqlite3.connect("", isolation_level=None)  # the empty name: a temporary file
        self._base.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def add_object(self, object_id: str, kind: str) -> None:
        """Keep an object."""
        if not self._insert("INSERT OR IGNORE INTO objects VALUES (?, ?)", object_id, kind):
            self._note(Kind.OBJECT_TWICE, object_id[:60])

    def add_value(self, object_id: str, name: str, time: str, value: str) -> None:
        """Keep what an attribute of a dossier was since some time."""
        if name in self._mapping.case_names:
            self._insert("INSERT INTO changes VALUES (?, ?, ?, ?)", object_id, name, time, value)

    def add_event(self, event_id: str, kind: str) -> bool:
        """Keep an event; False if its id came before, and it is counted and skipped."""
        new = self._insert("INSERT OR IGNORE INTO events (id, type) VALUES (?, ?)", event_id, kind)
        if not new:
            self._note(Kind.DUPLICATE_EVENT, event_id[:60])
        return new

    def describe(self, event_id: str, time: str, values: dict[str, str]) -> None:
        """Keep an event's time and attributes."""
        rest = {name: value for name, value in values.items() if name in self._mapping.event_names}
        self._insert("UPDATE events SET time = ?, rest = ? WHERE id = ?", time, json.dumps(rest), event_id)

    def relate(self, event_id: str, object_id: str, qualifier: str) -> None:
        """Keep that an event has to do with an object."""
        self._insert("INSERT INTO relations VALUES (?, ?, ?)", event_id, object_id, qualifier)

    def pieces(self) -> Iterator[RawCase]:
        """Every dossier with its attributes, then every event of one."""
        with on_disk():
            self._base.execute("CREATE INDEX by_event ON relations (event)")
            self._base.execute("CREATE INDEX by_object ON changes (object)")
            self._count(Kind.RELATION_UNKNOWN, _STRAY, "event || ' - ' || object")
            self._count(Kind.OBJECT_WITHOUT_EVENTS, _ALONE, "id", self.shape.dossier)
            for (dossier,) in self._base.execute("SELECT id FROM objects WHERE type = ?", (self.shape.dossier,)):
                yield self._dossier(dossier)
            for _, rows in groupby(self._base.execute(_RELATED), key=itemgetter(0)):
                yield from self._events(rows)

    def _insert(self, statement: str, *values: str) -> bool:
        with on_disk():
            return self._base.execute(statement, values).rowcount == 1

    def _count(self, kind: Kind, found: str, example: str, *given: str) -> None:
        for (text,) in self._base.execute(f"SELECT {example} {found}", given):
            self._note(kind, str(text)[:120])

    def _dossier(self, dossier: str) -> RawCase:
        """Of each attribute the last value counts, but the deadline's are told apart."""
        case = RawCase(0, {ID: dossier, TYPE: self.shape.dossier})
        asked = "SELECT name, time, value FROM changes WHERE object = ? ORDER BY time, rowid"
        for name, time, value in self._base.execute(asked, (dossier,)):
            if name != self._mapping.case.deadline:
                case.values[name] = value[:LONGEST_VALUE] or case.values.get(name, "")
            elif len(case.changes) < MAX_CHANGES:
                case.changes.append((time[:LONGEST_VALUE], value[:LONGEST_VALUE]))
            else:
                self._note(Kind.TOO_MANY_CHANGES, dossier[:60])
        return case

    def _events(self, rows: Iterator[Any]) -> Iterator[RawCase]:
        """An event once for each of its dossiers."""
        _, event_id, kind, time, rest, *first = next(rows)
        relations: list[Relation] = [(first[0], first[1], first[2])] if first[0] is not None else []
        relations += (row[5:] for row in islice(rows, MAX_RELATED - 1))
        where = f"event {event_id[:60]}"
        if more := sum(1 for _ in rows):
            self._note(Kind.RELATIONS_CUT, f"{where}: {more} more")
        if self.shape.steps and kind not in self.shape.steps:
            self._note(Kind.EVENT_NOT_A_STEP, f"{where}: {kind[:60]!r}")
            return
        dossiers = dict.fromkeys(_meant(relations, self.shape.related))
        if not dossiers:
            self._note(Kind.EVENT_WITHOUT_DOSSIER, where)
        elif len(dossiers) > 1:
            self._note(Kind.EVENT_OF_SEVERAL, f"{where}: {len(dossiers)} dossiers")
        values = {**json.loads(rest), ID: event_id, TYPE: kind, TIME: time}
        for name, meant in ((AGENCY, self.shape.agency), (OFFICER, self.shape.officer)):
            values[name] = self._one(_meant(relations, meant), where)
        yield from (RawCase(0, {ID: dossier}, [values]) for dossier in dossiers)

    def _one(self, objects: list[str], where: str) -> str:
        if len(set(objects)) > 1:
            self._note(Kind.SEVERAL_AGENCIES, f"{where}: {', '.join(objects)[:60]}")
        return objects[0] if objects else ""


def _meant(relations: list[Relation], meant: Related) -> list[str]:
    """The objects of an event that a mapping means, in the order of the file."""
    if not meant.type and not meant.qualifier:
        return []
    return [
        other
        for other, kind, qualifier in relations
        if (not meant.type or kind == meant.type) and (not meant.qualifier or qualifier == meant.qualifier)
    ]
