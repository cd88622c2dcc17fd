"""Every line that can be written stands in docs/log-events.md, with its level and fields; and nothing else does."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from chassis.runtime.rounds import Tally

ROOT = Path(__file__).parents[2]
SOURCES = [path for folder in ("chassis", "services") for path in (ROOT / folder).rglob("*.py")]
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
SPREAD = {
    "about": {"dossier", "event_id", "causation"},
    "place_of": {"topic", "partition", "offset"},
    "_asked": {"method", "route"},
    "vars": {field.name for field in fields(Tally)},
}
"""Fields that `**helper(…)` adds."""


def added(argument):
    """Fields of one keyword argument, or of what `**` spreads."""
    if isinstance(argument, ast.Call):
        return SPREAD[argument.func.id]
    assert isinstance(argument, ast.Dict), ast.unparse(argument)
    found = set()
    for key, value in zip(argument.keys, argument.values, strict=True):
        found |= added(value) if key is None else {key.value}
    return found


def written(source):
    """Name, level and fields of each log call."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if ast.unparse(node.func.value) != "log" or node.func.attr not in LEVELS:
            continue
        [name] = node.args
        named = {one.arg for one in node.keywords if one.arg and one.arg != "exc_info"}  # the field `exception`
        spread = [added(one.value) for one in node.keywords if one.arg is None]
        yield name.value, LEVELS[node.func.attr], frozenset(named.union(*spread))


def documented(text):
    rows = re.findall(r"^\| `([a-z.-]+)` \| (\w+) \|([^|]*)\|", text, re.MULTILINE)
    return [(name, level, frozenset(re.findall(r"`(\w+)`", names))) for name, level, names in rows]


def test_the_catalogue_is_what_the_code_writes():
    code = {line for path in SOURCES for line in written(path.read_text())}
    assert set(documented((ROOT / "docs" / "log-events.md").read_text())) == code


def test_every_event_is_in_the_catalogue_once():
    names = [name for name, *_ in documented((ROOT / "docs" / "log-events.md").read_text())]
    assert len(names) == len(set(names))


def test_nobody_prints_or_logs_past_the_catalogue():
    for path in SOURCES:
        if "cli" not in path.parts:
            text = path.read_text()
            assert not re.search(r"\bprint\(|\blogging\.(?:debug|info|warning|error|exception)\(", text), path


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('log.info("a.b", x=1)', ("a.b", "info", frozenset("x"))),
        ('log.exception("a.b", **{**about(e), "y": 1})', ("a.b", "error", SPREAD["about"] | {"y"})),
        ('log.warning("a.b", **_asked(r), e=2)', ("a.b", "warning", SPREAD["_asked"] | {"e"})),
    ],
)
def test_the_scan_sees_names_levels_and_fields(source, found):
    assert list(written(source)) == [found]
