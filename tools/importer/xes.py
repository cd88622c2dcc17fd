"""Reading IEEE XES (1849), streaming: what was read is forgotten, so memory does not grow with the file."""

from collections.abc import Generator
from typing import IO, Any

from lxml import etree

from tools.importer.errors import BrokenLog, ImportFailed
from tools.importer.log import Note, RawCase
from tools.importer.mapping import Mapping
from tools.importer.report import Kind

_IN_LOG, _IN_TRACE = 1, 2
"""How many elements are open around a trace, and around an event of one."""

_SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def read_xes(stream: IO[bytes], mapping: Mapping, note: Note) -> Generator[RawCase, None, None]:
    """The traces of a log.

    Raises:
        ImportFailed: it is no XES, or holds what a log has no business to hold.
        BrokenLog: the rest can not be read.
    """
    wanted = _Wanted(mapping)
    try:
        yield from _traces(stream, wanted, note)
    except etree.XMLSyntaxError as error:
        raise BrokenLog(f"bad or truncated XML at line {error.lineno}: {error.msg}; fetch the file again") from error


class _Wanted:
    """Takes the attributes that the mapping names."""

    def __init__(self, mapping: Mapping) -> None:
        self._of_case = mapping.case_names
        self._of_event = mapping.event_names

    def event(self, element: Any) -> dict[str, str]:
        return {key: part.get("value") or "" for part in element if (key := part.get("key")) in self._of_event}

    def attribute(self, element: Any) -> dict[str, str]:
        key = element.get("key")
        return {key: element.get("value") or ""} if key in self._of_case else {}


def _traces(stream: IO[bytes], wanted: _Wanted, note: Note) -> Generator[RawCase, None, None]:
    depth, case = 0, RawCase(0)
    for action, element in etree.iterparse(stream, events=("start", "end"), **_SAFE):
        if action == "start":
            if depth == 0:
                _check_root(element)
            elif depth == _IN_LOG:
                case = RawCase(element.sourceline or 0)
            depth += 1
            continue
        depth -= 1
        if depth == _IN_TRACE:
            _take(case, element, wanted, note)
        elif depth == _IN_LOG and _name(element) == "trace":
            yield case
        elif depth == _IN_LOG and _name(element) == "event":
            note(Kind.EVENT_OUTSIDE_CASE, f"line {element.sourceline}")
        if depth in {_IN_LOG, _IN_TRACE}:
            _forget(element)


def _check_root(root: Any) -> None:
    if root.getroottree().docinfo.doctype:
        # Entities are declared there, and only an attack needs them.
        raise ImportFailed("the file declares a DOCTYPE, which no XES log needs; remove it, or do not trust the file")
    if _name(root) != "log":
        raise ImportFailed(f"not XES: its outermost element is <{_name(root)}>, not <log>; check the file")


def _take(case: RawCase, element: Any, wanted: _Wanted, note: Note) -> None:
    if _name(element) == "event":
        case.add(wanted.event(element), element.sourceline or 0, note)
    else:
        case.learn(wanted.attribute(element), element.sourceline or 0, note)


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _forget(element: Any) -> None:
    """Empty an element and drop those before it; itself it can not go while the parser stands on it."""
    element.clear()
    while (before := element.getprevious()) is not None:
        before.getparent().remove(before)
