"""Reading CSV logs: one event a line, the case's attributes on each; lines that stand together are a piece."""

import csv
import io
from collections.abc import Generator, Iterator
from typing import IO, Any, TextIO

from tools.importer.errors import BrokenLog, ImportFailed
from tools.importer.log import Note, RawCase
from tools.importer.mapping import STANDARD_LIFECYCLE, Mapping
from tools.importer.report import Kind

LONGEST_LINE = 1_000_000
"""Characters; what is longer is no line of a log: it is skipped, and counted. So it can not fill the memory."""


def read_csv(stream: IO[bytes], mapping: Mapping, note: Note) -> Generator[RawCase, None, None]:
    """The cases of a log.

    Raises:
        ImportFailed: columns are missing.
        BrokenLog: the rest can not be read.
    """
    text = io.TextIOWrapper(stream, encoding=mapping.csv.encoding, newline="")
    csv.field_size_limit(LONGEST_LINE)  # it is the module's, for all readers; by itself 131,072
    lines = csv.reader(_lines(text, note), delimiter=mapping.csv.delimiter, strict=True)
    try:
        header = next(lines, [])
        _check_header(header, mapping)
        yield from _cases(lines, header, mapping, note)
    except UnicodeDecodeError as error:
        raise BrokenLog(
            f"not {mapping.csv.encoding} after line {lines.line_num}; save it so, or set csv.encoding in the mapping"
        ) from error
    except csv.Error as error:
        raise BrokenLog(f"bad CSV at line {lines.line_num}: {error}; mend the line or fetch the file again") from error
    finally:
        text.detach()  # or closing it would close what the caller still holds


def _lines(text: TextIO, note: Note) -> Iterator[str]:
    """The lines; of one that is too long an empty one, which counts as a line."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            while (rest := text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            note(Kind.LINE_TOO_LONG, f"it begins with {line[:60]!r}")
            line = "\n"
        yield line


def _check_header(header: list[str], mapping: Mapping) -> None:
    wanted = mapping.case_names | mapping.event_names
    for name in sorted(wanted if STANDARD_LIFECYCLE in header else wanted - {STANDARD_LIFECYCLE}):
        if header.count(name) != 1:
            problem = "twice" if name in header else "not there"
            raise ImportFailed(
                f"line 1: column {name!r} is {problem}; there are {', '.join(header)[:500] or 'no columns at all'}: "
                "correct the mapping"
            )


def _cases(lines: Any, header: list[str], mapping: Mapping, note: Note) -> Generator[RawCase, None, None]:
    of_case, of_event = mapping.case_names, mapping.event_names
    case: RawCase | None = None
    for fields in lines:
        number = lines.line_num
        if len(fields) != len(header):
            if fields:
                note(Kind.LINE_SKIPPED, f"line {number} has {len(fields)} fields, the header {len(header)}")
            continue
        values = dict(zip(header, fields, strict=True))
        if case is None or values[mapping.case.id] != case.values.get(mapping.case.id):
            if case:
                yield case
            case = RawCase(number)
        case.learn({name: values[name] for name in of_case}, number, note)
        case.add({name: values[name] for name in of_event if name in values}, number, note)
    if case:
        yield case
