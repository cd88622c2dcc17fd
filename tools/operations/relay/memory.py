"""What the relay knows between two starts: where each dossier's records stand, and which agencies have them.

One file of SQLite. It is written together with the positions up to which the bus was read, so that both are of one
moment. Without the file the relay reads the bus from its beginning, and every inbox gets its records once more.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_TABLES = """
CREATE TABLE IF NOT EXISTS topics (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS positions (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, partition)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (
    subject TEXT NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (subject, topic, partition, offset)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS concerns (
    subject TEXT NOT NULL, agency TEXT NOT NULL, given INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (subject, agency)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS served (agency TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS owed ON concerns (agency, subject) WHERE given = 0;
"""


class Place(NamedTuple):
    """Where a record stands on the bus."""

    topic: str
    partition: int
    offset: int


class Memory:
    """The relay's memory.

    Args:
        file: where it is kept; `:memory:` keeps it nowhere. No other user may read it.
        topics: every topic whose records it may be told of.
    """

    def __init__(self, file: Path | str, topics: Iterable[str]) -> None:
        if isinstance(file, Path):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(_TABLES)
        self._database.executemany("INSERT OR IGNORE INTO topics (name) VALUES (?)", [(topic,) for topic in topics])
        self._numbers = {name: number for number, name in self._database.execute("SELECT number, name FROM topics")}

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def one_step(self) -> Iterator[None]:
        """Keep everything that is said within, or, where an error leaves it, nothing of it."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def positions(self) -> dict[tuple[str, int], int]:
        """The offset of each partition, by topic and number, up to which all is given."""
        found = self._database.execute("SELECT topic, partition, next FROM positions")
        return {(topic, partition): offset for topic, partition, offset in found}

    def read_up_to(self, positions: Mapping[tuple[str, int], int]) -> None:
        """Keep up to where the bus is read."""
        rows = [(topic, partition, offset) for (topic, partition), offset in positions.items()]
        self._database.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?, ?)", rows)

    def stands(self, places: Iterable[tuple[str, Place]]) -> None:
        """Keep where records of subjects stand; known ones change nothing."""
        number = self._numbers
        rows = [(subject, number[place.topic], place.partition, place.offset) for subject, place in places]
        self._database.executemany("INSERT OR IGNORE INTO places VALUES (?, ?, ?, ?)", rows)

    def draw(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Keep that subjects concern agencies; known ones change nothing."""
        self._database.executemany("INSERT OR IGNORE INTO concerns (subject, agency) VALUES (?, ?)", list(pairs))

    def concerned(self, subject: str) -> dict[str, bool]:
        """The agencies that a subject concerns, and of each whether it was given the earlier records."""
        found = self._database.execute("SELECT agency, given FROM concerns WHERE subject = ?", (subject,))
        return {agency: bool(given) for agency, given in found}

    def places(self, subject: str) -> list[Place]:
        """Where all records of a subject stand, as far as they are read."""
        query = (
            "SELECT name, partition, offset FROM places JOIN topics ON topic = number WHERE subject = ? "
            "ORDER BY number, partition, offset"
        )
        return [Place(*row) for row in self._database.execute(query, (subject,))]

    def serve(self, agencies: Iterable[str]) -> None:
        """Keep who has an inbox. Who had one and has none misses records, and is owed all of them when it is back."""
        now = set(agencies)
        before = {agency for (agency,) in self._database.execute("SELECT agency FROM served")}
        gone = [(agency,) for agency in before - now]
        self._database.executemany("UPDATE concerns SET given = 0 WHERE agency = ? AND given = 1", gone)
        self._database.executemany("DELETE FROM served WHERE agency = ?", gone)
        self._database.executemany("INSERT INTO served VALUES (?)", [(agency,) for agency in now - before])

    def owed(self, agencies: Iterable[str], most: int) -> list[tuple[str, str]]:
        """Subjects and agencies that were drawn into them and have not got their earlier records: at most so many."""
        found = list[tuple[str, str]]()
        query = "SELECT subject, agency FROM concerns WHERE agency = ? AND given = 0 ORDER BY subject LIMIT ?"
        for agency in agencies:
            found += self._database.execute(query, (agency, most - len(found))).fetchall()
        return found

    def given(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Keep that agencies were given the records that subjects had."""
        self._database.executemany("UPDATE concerns SET given = 1 WHERE subject = ? AND agency = ?", list(pairs))
