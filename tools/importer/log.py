"""A log file as cases of texts, or pieces of them, whatever its format. One piece is in memory at a time."""

import gzip
import zlib
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from tools.importer.errors import BrokenLog, ImportFailed
from tools.importer.mapping import Mapping
from tools.importer.report import Kind

MAX_EVENTS = 10_000
"""Of one case; keeps memory flat. Services take some hundreds per dossier, long before this."""

LONGEST_VALUE = 1_000
"""Characters of one value that are kept: more than of any code or time. A case with values without end stays small."""

FORMS = {".xes": "xes", ".csv": "csv", ".json": "json", ".jsonocel": "json", ".sqlite": "sqlite"}
"""The format by a file name's ending."""

Note = Callable[[Kind, str], None]
"""Where anomalies are reported."""


@dataclass
class RawCase:
    """One case as written; of its attributes only those that the mapping names.

    Attributes:
        line: where it begins in the file; 0 where that has no lines.
        values: the case's attributes.
        events: the attributes of its events, in the file's order.
        changes: where the log tells how the deadline changed, its values, each with the time since when it held.
    """

    line: int
    values: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, str]] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)

    def add(self, event: dict[str, str], line: int, note: Note) -> None:
        """Take in one more event, within reason."""
        if len(self.events) < MAX_EVENTS:
            self.events.append({name: value[:LONGEST_VALUE] for name, value in event.items()})
        else:
            note(Kind.TOO_MANY_EVENTS, f"line {line}")

    def learn(self, values: dict[str, str], line: int, note: Note) -> None:
        """Take in attributes as they are written elsewhere: some exports write a case's end on its last line only.

        A value that changes is an anomaly.
        """
        for name, text in values.items():
            known, value = self.values.get(name, ""), text[:LONGEST_VALUE]
            if not known:
                self.values[name] = value
            elif value and value != known:
                note(Kind.CASE_FIELDS_DIFFER, f"line {line}: {name} was {known[:60]!r}, now {value[:60]!r}")

    def take(self, piece: "RawCase", note: Note) -> None:
        """Take in another piece of the same case."""
        self.learn(piece.values, piece.line, note)
        self.changes += piece.changes
        for event in piece.events:
            self.add(event, piece.line, note)


Reader = Callable[[IO[bytes], Mapping, Note], Generator[RawCase, None, None]]
"""Reads one format."""


class LogFile:
    """A log file being read.

    Raises:
        ImportFailed: there is no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes_read = 0
        try:
            self.size = path.stat().st_size
            path.open("rb").close()
        except OSError as absent:
            raise ImportFailed(
                f"{path}: can not be read ({absent.strerror}); check the path and its rights"
            ) from absent

    @property
    def form(self) -> str:
        """The format, by the file's name: `xes`, `csv`, `json` or `sqlite`."""
        name = self.path.name.lower()
        form = FORMS.get(Path(name.removesuffix(".gz")).suffix)
        if form is None or (form == "sqlite" and name.endswith(".gz")):
            endings = f"{', '.join(FORMS)}, all but SQLite also with .gz"
            raise ImportFailed(f"{self.path.name}: not a log; it must end in {endings}")
        return form

    def cases(self, reader: Reader, mapping: Mapping, note: Note) -> Generator[RawCase, None, None]:
        """Its cases, or pieces of them, in the file's order.

        Raises:
            BrokenLog: the rest can not be read.
            ImportFailed: it is no log of this format, or not one of this mapping.
        """
        try:
            with self.path.open("rb") as raw, self._plain(raw) as stream:
                for case in reader(stream, mapping, note):
                    self.bytes_read = raw.tell()
                    yield case
            self.bytes_read = self.size
        except ImportFailed as failed:
            raise ImportFailed(f"{self.path.name}: {failed}") from failed
        except EOFError as error:
            raise BrokenLog("the compressed file is cut short; fetch it again") from error
        except (OSError, zlib.error) as error:
            raise BrokenLog(f"the compressed file is damaged ({error}); fetch it again") from error

    def _plain(self, raw: IO[bytes]) -> AbstractContextManager[IO[bytes]]:
        if self.path.name.lower().endswith(".gz"):
            return cast("AbstractContextManager[IO[bytes]]", gzip.GzipFile(fileobj=raw))
        return nullcontext(raw)
