"""Reading OCEL 2.0 in SQLite. The file is somebody else's: nothing but plain tables is read, and nothing of it is run.

The format: https://www.ocel-standard.org/2.0/ocel20_specification.pdf, section on relational databases.
"""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from tools.importer.errors import BrokenLog, ImportFailed
from tools.importer.log import Note, RawCase
from tools.importer.mapping import Mapping
from tools.importer.ocel import ObjectLog
from tools.importer.ocel_json import LONGEST_TEXT, plain

_MAGIC = b"SQLite format 3\x00"
_GUARDS = "PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"


def read_ocel_sqlite(stream: IO[bytes], mapping: Mapping, note: Note) -> Generator[RawCase, None, None]:
    """The dossiers of a log, then their events.

    Raises:
        ImportFailed: it is no OCEL 2.0, or the mapping does not say which objects are dossiers.
        BrokenLog: it can not be read to its end.
    """
    with ObjectLog(mapping, note) as log:
        if stream.read(len(_MAGIC)) != _MAGIC:
            raise ImportFailed("not SQLite: it does not begin as such a file does; check the file")
        try:
            with closing(_opened(Path(stream.name))) as base:
                _take(_Tables(base, Path(stream.name).stat().st_size), log)
        except (sqlite3.Error, UnicodeDecodeError) as error:  # names and complaints are not decoded as texts are
            raise BrokenLog(f"bad SQLite: {error}; fetch the file again") from error
        yield from log.pieces()


def _opened(path: Path) -> sqlite3.Connection:
    """Read-only, without what lies beside it (-wal, -journal)."""
    base = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)
    base.text_factory = lambda raw: raw.decode("utf-8", "replace")
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_TEXT)
    base.executescript(_GUARDS)
    base.set_authorizer(_only_reads)
    return base


def _only_reads(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ) else sqlite3.SQLITE_DENY


class _Tables:
    """The plain tables of a file; views and virtual tables, which run what they like, are none."""

    def __init__(self, base: sqlite3.Connection, size: int) -> None:
        self._base = base
        self._most = size
        found = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        self._names = {name for name, sql in found if not str(sql).upper().lstrip().startswith("CREATE VIRTUAL")}

    def rows(self, table: str, *columns: str) -> Iterator[dict[str, Any]]:
        """The rows of a table that has to have these columns; a row takes a byte at least, so they come to an end."""
        if table not in self._names:
            raise ImportFailed(f"no OCEL 2.0: there is no table {table[:60]!r}; check the file")
        cursor = self._base.execute('SELECT * FROM "{}"'.format(table.replace('"', '""')))  # noqa: S608 - quoted
        names = [column[0] for column in cursor.description]
        if lacking := [column for column in columns if column not in names]:
            raise ImportFailed(f"no OCEL 2.0: table {table[:60]!r} has no column {lacking[0]}; check the file")
        for count, row in enumerate(cursor):
            if count > self._most:
                raise BrokenLog(f"bad SQLite: table {table[:60]!r} has more rows than the file has room for")
            yield dict(zip(names, row, strict=True))

    def of_types(self, what: str) -> dict[str, str]:
        """The table of each type of event or object."""
        rows = self.rows(f"{what}_map_type", "ocel_type", "ocel_type_map")
        return {plain(row["ocel_type"]): f"{what}_{plain(row['ocel_type_map'])}" for row in rows}


def _take(tables: _Tables, log: ObjectLog) -> None:
    for row in tables.rows("object", "ocel_id", "ocel_type"):
        log.add_object(plain(row["ocel_id"]), plain(row["ocel_type"]))
    if table := tables.of_types("object").get(log.shape.dossier):
        for row in tables.rows(table, "ocel_id", "ocel_time", "ocel_changed_field"):
            _changes(log, row)
    for row in tables.rows("event", "ocel_id", "ocel_type"):
        log.add_event(plain(row["ocel_id"]), plain(row["ocel_type"]))
    for table in dict.fromkeys(tables.of_types("event").values()):
        for row in tables.rows(table, "ocel_id", "ocel_time"):
            values = {name: plain(value) for name, value in row.items() if not name.startswith("ocel_")}
            log.describe(plain(row["ocel_id"]), plain(row["ocel_time"]), values)
    for row in tables.rows("event_object", "ocel_event_id", "ocel_object_id", "ocel_qualifier"):
        log.relate(plain(row["ocel_event_id"]), plain(row["ocel_object_id"]), plain(row["ocel_qualifier"]))


def _changes(log: ObjectLog, row: dict[str, Any]) -> None:
    """A row without a changed field gives all attributes; else that one alone."""
    changed = plain(row["ocel_changed_field"])
    for name in [changed] if changed else [name for name in row if not name.startswith("ocel_")]:
        if row.get(name) is not None:
            log.add_value(plain(row["ocel_id"]), name, plain(row["ocel_time"]), plain(row[name]))
