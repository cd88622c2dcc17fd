"""The one anatomy of a service: its rooms, and checks that find what is in none, or looks out of the wrong window.

Every check is a function over a tree of sources, so that a test can give it a broken one. `contents` checks what the
rooms hold.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

Tree = Mapping[str, str]
"""The sources of one service: text by path, relative to the service's folder. Files of data have no text."""

REQUIRED = (
    "__init__.py",
    "state.py",
    "fold.py",
    "decide.py",
    "events.py",
    "queries.py",
    "service.py",
    "app.py",
)

OPTIONAL = {
    "rules.py": "a service that judges by no data has no rules",
    "settings.py": "most services have no settings of their own; the common ones stand in the chassis",
    "adapters/": "routing has no outside world",
    "templates/": "notify writes letters, and their words are data",
    "fonts/": "notify prints letters",
}
"""Rooms that a service may lack, with the reason."""

SUBJECTS = {
    "intake": {"erasing": "decide", "judging": "decide", "receipt": "decide", "after_receipt": "decide"},
    "routing": {
        "records": "state",
        "answers": "decide",
        "moves": "decide",
        "objections": "decide",
        "waiting": "decide",
    },
    "sla": {
        "deadline": "state",
        "rescheduling": "fold",
        "apologies": "decide",
        "corrections": "decide",
        "form_04": "decide",
        "lateness": "decide",
        "responsibility": "decide",
        "report_row": "queries",
        "views": "queries",
    },
    "rating": {},
    "notify": {"forgetting": "decide"},
}
"""Modules that a large room was divided into, by subject, and the room that each belongs to.

Modules of the fold need no entry: their names begin with `folding_`.
"""

ORDER = ("state", "rules", "events", "fold", "decide", "queries", "settings", "service", "adapters", "app")
"""A room imports the rooms before it, and never one after it."""

PURE = ORDER[:5]
"""Rooms that know no clock, no chance and no outside world."""

PURE_IMPORTS = ("contracts", "domain", "chassis.core", "pydantic")
PURE_LIBRARY = frozenset(
    {
        "bisect",
        "collections",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "hashlib",
        "heapq",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "typing",
        "typing_extensions",
    }
)
"""What pure rooms may import beside each other; of the standard library the modules that neither read nor write."""


def tree_of(folder: Path) -> dict[str, str]:
    """Read a service from its folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") if path.suffix == ".py" else ""
        for path in files
    }


def room_of(service: str, path: str) -> str | None:
    """The room that a file belongs to; None for a file that belongs to none."""
    folder, _, _ = path.rpartition("/")
    if folder:
        return folder.split("/")[0]
    stem = path.removesuffix(".py")
    if stem in ORDER:
        return stem
    return "fold" if stem.startswith("folding_") else SUBJECTS[service].get(stem)


def misplaced(service: str, tree: Tree) -> Iterator[str]:
    """Rooms that are missing, and files that belong to no room."""
    yield from (f"{service} has no {room}" for room in REQUIRED if room not in tree)
    for path in tree:
        folder = path.split("/")[0] + "/" if "/" in path else ""
        known = folder in OPTIONAL if folder else path in (*REQUIRED, *OPTIONAL) or room_of(service, path)
        if not known:
            yield f"{service}/{path} belongs to no room: move it, or name its room in SUBJECTS"
    yield from (
        f"SUBJECTS names {service}/{stem}.py, which is gone" for stem in SUBJECTS[service] if f"{stem}.py" not in tree
    )


def misdirected(service: str, tree: Tree) -> Iterator[str]:
    """Imports that go from a room to a later one, to another service, or from a pure room to the outside world."""
    for path, text in tree.items():
        room = room_of(service, path)
        if room not in ORDER or not path.endswith(".py"):
            continue
        for imported in _imported(text):
            if imported.startswith("services."):
                yield from _inside(service, path, room, imported)
            elif room in PURE and not _is_pure(imported):
                yield f"{service}/{path} is pure and imports {imported}"


def _inside(service: str, path: str, room: str, imported: str) -> Iterator[str]:
    _, other, *rest = imported.split(".")
    if other != service:
        yield f"{service}/{path} imports {imported}: services never import each other"
        return
    target = room_of(service, "/".join(rest) + ".py") if rest else None
    if target in ORDER and ORDER.index(target) > ORDER.index(room):
        yield f"{service}/{path} ({room}) imports {imported} ({target}), which stands above it"


def _is_pure(imported: str) -> bool:
    if imported.split(".", maxsplit=1)[0] in PURE_LIBRARY:
        return True
    return any(imported == allowed or imported.startswith(f"{allowed}.") for allowed in PURE_IMPORTS)


def _imported(text: str) -> Iterator[str]:
    """The modules that a source imports, wherever in it. ``from package import module`` counts as both."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            if module.startswith("services.") and module.count(".") == 1:
                yield from (f"{module}.{alias.name}" for alias in node.names)
