"""Cases put together from their pieces, in whatever order a log gives them: on disk, so that memory does not grow."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Self

from tools.importer.errors import ImportFailed
from tools.importer.log import Note, RawCase
from tools.importer.report import Kind

CACHE = 16_000
"""KiB that SQLite may hold in memory, for its pages and again for sorting; with less it goes to the disk more often."""

_TABLES = f"""
PRAGMA cache_size = -{CACHE};
PRAGMA temp_store = FILE;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE cases (id TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID;
CREATE TABLE pieces (place INTEGER, piece TEXT);
BEGIN;
"""


class Grouping:
    """Takes pieces of cases; gives whole cases, in the order in which the first piece of each came. Gone when closed.

    Args:
        case_id: the name of the value by which pieces belong together; a piece without it stands alone.
    """

    def __init__(self, case_id: str) -> None:
        self._case_id = case_id
        self._base = sqlite3.connect("", isolation_level=None)  # the empty name: a temporary file
        self._base.executescript(_TABLES)
        self.cases = 0
        self.in_pieces = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def add(self, piece: RawCase) -> None:
        """Keep a piece. `in_pieces` is true from the first one on that belongs to an earlier case."""
        with on_disk():
            place = self._place(piece.values.get(self._case_id, "").strip())
            self._base.execute(
                "INSERT INTO pieces VALUES (?, ?)",
                (place, json.dumps((piece.line, piece.values, piece.events, piece.changes))),
            )
        self.in_pieces = self.in_pieces or place < self.cases - 1

    def _place(self, case_id: str) -> int:
        key = json.dumps(case_id)  # plain ASCII: a text of a log may hold what SQLite does not take
        known = self._base.execute("SELECT place FROM cases WHERE id = ?", (key,)).fetchone() if case_id else None
        if known:
            return int(known[0])
        if case_id:
            self._base.execute("INSERT INTO cases VALUES (?, ?)", (key, self.cases))
        self.cases += 1
        return self.cases - 1

    def whole(self, note: Note) -> Iterator[RawCase]:
        """Every case, put together."""
        with on_disk():
            rows = self._base.execute("SELECT place, piece FROM pieces ORDER BY place, rowid")
            for _, pieces in groupby(rows, key=itemgetter(0)):
                yield _together((RawCase(*json.loads(piece)) for _, piece in pieces), note)


def _together(pieces: Iterator[RawCase], note: Note) -> RawCase:
    """One case, which takes in no more than it may have, however many pieces there are."""
    case, others = next(pieces), 0
    for piece in pieces:
        case.take(piece, note)
        others += 1
    if others and case.line:  # in a log without lines nothing stands together
        note(Kind.CASE_IN_PIECES, f"line {case.line}: {others + 1} pieces")
    return case


@contextmanager
def on_disk() -> Iterator[None]:
    """Say in the user's words that the temporary file can not be written or read."""
    try:
        yield
    except sqlite3.Error as error:
        raise ImportFailed(
            f"the temporary file that puts cases together: {error}; it needs as much room as the unpacked log, in the "
            "folder that SQLITE_TMPDIR names, else TMPDIR"
        ) from error
