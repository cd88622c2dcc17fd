"""Reading OCEL 2.0 in JSON, streaming: one object or event is in memory at a time, whatever the file does.

The format: https://www.ocel-standard.org/2.0/ocel20_specification.pdf, section on JSON.
"""

from collections.abc import Generator, Iterator
from decimal import Decimal
from typing import IO, Any

import ijson

from tools.importer.errors import BrokenLog, ImportFailed
from tools.importer.log import Note, RawCase
from tools.importer.mapping import Mapping
from tools.importer.ocel import ObjectLog
from tools.importer.report import Kind

CHUNK = 65_536
"""Bytes read at once."""

LONGEST_TEXT = 1_000_000
"""Bytes; no text of a log is longer, and what is can not fill the memory: the log is refused."""

MAX_PARTS = 100_000
"""Keys and values of one object or event; with more it is no log's, and would fill the memory."""

MAX_DEPTH = 20
"""Brackets within brackets; the format has six."""

_ITEM = 3
"""How many brackets are open within an object or event of the log: the log's, its section's and its own."""

_SECTIONS = ("objects", "events")


def read_ocel_json(stream: IO[bytes], mapping: Mapping, note: Note) -> Generator[RawCase, None, None]:
    """The dossiers of a log, then their events.

    Raises:
        ImportFailed: it is no OCEL 2.0, or the mapping does not say which objects are dossiers.
        BrokenLog: it can not be read to its end.
    """
    with ObjectLog(mapping, note) as log:
        seen = set()
        for section, item in _items(stream):
            seen.add(section)
            known = _object(log, item) if section == "objects" else _event(log, item)
            if not known:
                note(Kind.NOT_OF_THE_STANDARD, f"one of {section}: an id or a type is missing, or is no text")
        if not seen:
            raise ImportFailed("no OCEL 2.0: there are no `objects` and `events` in it; an OCEL 1.0 must be converted")
        yield from log.pieces()


def _object(log: ObjectLog, item: Any) -> bool:
    if not (object_id := _own(item, "id")) or not (kind := _own(item, "type")):
        return False
    log.add_object(object_id, kind)
    if kind == log.shape.dossier:
        for attribute in _list(item, "attributes"):
            log.add_value(object_id, _own(attribute, "name"), _own(attribute, "time"), plain(attribute.get("value")))
    return True


def _event(log: ObjectLog, item: Any) -> bool:
    if not (event_id := _own(item, "id")) or not (kind := _own(item, "type")):
        return False
    if log.add_event(event_id, kind):
        values = {_own(attribute, "name"): plain(attribute.get("value")) for attribute in _list(item, "attributes")}
        log.describe(event_id, _own(item, "time"), values)
        for relation in _list(item, "relationships"):
            log.relate(event_id, _own(relation, "objectId"), _own(relation, "qualifier"))
    return True


def _own(item: Any, name: str) -> str:
    value = item.get(name) if isinstance(item, dict) else None
    return plain(value) if isinstance(value, str) else ""


def _list(item: Any, name: str) -> list[dict[str, Any]]:
    found = item.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def plain(value: Any) -> str:
    """A value as text; halves of characters, which no store takes, are replaced. Empty for what is no single value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float | Decimal):
        return str(value).encode("utf-8", "replace").decode()
    return ""


def _items(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Every object and event of the file, by the name of its section."""
    depth, parts, section = 0, 0, ""
    builder: Any = None
    for event, value in _parsed(stream):
        opens, closes = event.startswith("start"), event.startswith("end")
        if depth == 0 and event != "start_map":
            raise ImportFailed("no OCEL 2.0: it does not begin with {; check the file")
        depth += opens
        if depth == 1 and event == "map_key":
            section = value
        if depth == _ITEM and opens and section in _SECTIONS:
            builder, parts = ijson.ObjectBuilder(), 0
        elif depth == _ITEM - 1 and not opens and not closes and section in _SECTIONS:
            yield section, value  # no object at all
        if builder is not None:
            builder.event(event, value)
            parts += 1
        if depth > MAX_DEPTH or parts > MAX_PARTS:
            raise ImportFailed(f"one of {section[:60]!r} has too many parts or brackets for a log; check the file")
        if builder is not None and closes and depth == _ITEM:
            yield section, builder.value
            builder = None
        depth -= closes


def _parsed(stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """The parser's events. What it keeps to itself for too long is a text without end."""
    found = ijson.sendable_list()
    parser = ijson.basic_parse_coro(found)
    kept = 0
    try:
        while chunk := stream.read(CHUNK):
            parser.send(chunk)
            kept = 0 if found else kept + len(chunk)
            if kept > LONGEST_TEXT:
                raise ImportFailed(f"a text of more than {LONGEST_TEXT:,} bytes; no log has one, check the file")
            yield from found
            del found[:]
        parser.close()
    except (ijson.JSONError, ValueError) as error:
        if isinstance(error, ImportFailed):
            raise
        raise BrokenLog(f"bad or truncated JSON: {str(error)[:120]}; fetch the file again") from error
    yield from found
