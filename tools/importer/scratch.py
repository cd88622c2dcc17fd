"""A temporary file for what must be remembered of every case until the log's end: memory would not do."""

import sqlite3
from datetime import datetime
from types import TracebackType
from typing import Self

_TABLES = """
CREATE TABLE codes (code TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE open_cases (deadline TEXT, place TEXT);
"""


class Scratch:
    """A private table of dossier codes seen and of open cases. It is gone when closed."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("")  # the empty name: a temporary file that spills from a small cache
        self._base.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._base.close()

    def is_new(self, code: str) -> bool:
        """Tell whether a code is new, and remember it."""
        return self._base.execute("INSERT OR IGNORE INTO codes VALUES (?)", (code,)).rowcount == 1

    def keep_open(self, deadline: datetime, place: str) -> None:
        """Remember an open case's deadline."""
        self._base.execute("INSERT INTO open_cases VALUES (?, ?)", (_sortable(deadline), place))

    def open_past(self, moment: datetime) -> tuple[int, str]:
        """How many open cases have a deadline before this moment, and where the first one is."""
        asked = "SELECT count(*), min(rowid) FROM open_cases WHERE deadline < ?"
        count, first = self._base.execute(asked, (_sortable(moment),)).fetchone()
        place = self._base.execute("SELECT place FROM open_cases WHERE rowid = ?", (first,)).fetchone()
        return count, place[0] if place else ""


def _sortable(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
