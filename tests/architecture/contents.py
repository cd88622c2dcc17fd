"""Checks that find what a room of a service lacks, and what belongs into another; see `anatomy` for the rooms.

Every check is a function over a tree of sources or over a table, so that a test can give it a broken one.
"""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from contracts.envelope import Payload
from contracts.topics import OWNERS
from contracts.watermarks import MARKS
from tests.architecture.anatomy import Tree

EVENT_MAKERS = frozenset({"new_event", "following"})
STATE_PATH = re.compile(r"^\$?state\.")


def state_paths(tree: Tree) -> Iterator[str]:
    """Paths of the stored state, or reads of its fields, outside `queries`; index fields that are not named there."""
    for path, text in tree.items():
        if path == "queries.py" or not path.endswith(".py"):
            continue
        source = ast.parse(text)
        docstrings = {id(node.value) for node in ast.walk(source) if isinstance(node, ast.Expr)}
        for node in ast.walk(source):
            if isinstance(node, ast.Constant) and id(node) not in docstrings and _is_path(node.value):
                yield f"{path}:{node.lineno} names the state path {node.value!r}: ask queries"
            if isinstance(node, ast.Subscript) and _reads_stored(node):
                yield f"{path}:{node.lineno} reads {ast.unparse(node)} of a stored state: ask queries"
            if isinstance(node, ast.keyword) and node.arg == "indexes" and not isinstance(node.value, ast.Name):
                yield f"{path}:{node.value.lineno} names index fields: name them in queries"


def _is_path(value: object) -> bool:
    return isinstance(value, str) and STATE_PATH.match(value) is not None


def _reads_stored(node: ast.Subscript) -> bool:
    of_state = isinstance(node.value, ast.Name) and node.value.id in ("state", "stored")
    return of_state and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)


def scattered_events(tree: Tree) -> Iterator[str]:
    """Modules beside `events` that make events."""
    for path, text in tree.items():
        if path == "events.py" or not path.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and EVENT_MAKERS & {alias.name for alias in node.names}:
                yield f"{path}:{node.lineno} makes events: make them in events.py"


def misshapen(tree: Tree) -> Iterator[str]:
    """Rooms that lack what the anatomy promises of them, or hold what belongs elsewhere."""
    names = {path: set(_defined(text)) for path, text in tree.items() if path.endswith(".py")}
    for path, promised in {
        "state.py": {"State", "INITIAL"},
        "fold.py": {"FOLD_VERSION", "folds"},
        "decide.py": {"decide"},
        "events.py": {"OWNED", "SOURCE"},
        "rules.py": {"Rules"},
        "service.py": {"service"},
        "app.py": {"build"},
    }.items():
        yield from (f"{path} defines no {name}" for name in sorted(promised - names.get(path, promised)))
    yield from _misshapen_decide(tree["decide.py"])
    yield from _misshapen_state(tree["state.py"])


def _misshapen_decide(text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == "decide":
            arguments = [argument.arg.lstrip("_") for argument in node.args.args]
            if arguments not in (["state", "now"], ["state", "now", "rules"]):
                yield f"decide.py: decide({', '.join(arguments)}) has to be decide(state, now[, rules])"


def _misshapen_state(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and {"AnyEvent", "Event"} & {alias.name for alias in node.names}:
            yield f"state.py:{node.lineno} knows events: fold them in fold.py"
        if isinstance(node, ast.ClassDef) and not _is_frozen(node):
            yield f"state.py:{node.lineno} {node.name} is not frozen"


def _is_frozen(node: ast.ClassDef) -> bool:
    return any("frozen=True" in ast.unparse(decorator) for decorator in node.decorator_list)


def _defined(text: str) -> Iterator[str]:
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def untabled(service: str, table: Mapping[Any, Callable[..., Any]], owned: tuple[type[Payload], ...]) -> Iterator[str]:
    """What is wrong about a subscription table."""
    for payload, fold in table.items():
        if not (isinstance(payload, type) and issubclass(payload, Payload)):
            yield f"{payload!r} is no payload"
        if name_of(fold) in ("", "<lambda>"):
            yield f"{payload!r} is folded by a function without a name"
    names = Counter(map(name_of, table.values()))
    yield from (f"{name} folds {n} of {len(table)} payloads" for name, n in names.items() if 2 * n > len(table) > 1)
    marks = frozenset(MARKS.values())
    yield from (f"{payload.TYPE} is owned and not folded" for payload in owned if payload not in table)
    for payload in OWNERS[service]:
        if payload not in table and payload not in marks:
            yield f"{payload.TYPE} is {service}'s by the contracts and not folded"
    yield from (
        f"{payload.TYPE} is not {service}'s by the contracts" for payload in owned if payload not in OWNERS[service]
    )


def name_of(fold: Callable[..., Any]) -> str:
    """The name of a fold, also where rules are bound to it, or another function is wrapped around it."""
    while isinstance(fold, partial) or hasattr(fold, "__wrapped__"):
        fold = fold.func if isinstance(fold, partial) else fold.__wrapped__
    return getattr(fold, "__name__", "")
