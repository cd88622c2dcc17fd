"""A file holds one subject, so it is short. A longer one says in its docstring why two would be worse."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {"build", "dist", "node_modules"}
"""Folders of generated or fetched files, beside those whose names begin with a dot."""

MOST = 250
"""Lines of a file. The clearest of the projects that this one learned from stay below it. With more, a reader no longer
sees at once what a file is about; with fewer, one subject lies in several files."""

REASON = f"Longer than {MOST} lines because "
"""Begins the sentence of reason in the docstring of a file that is longer."""


def sources(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.rglob("*.py")):
        folders = path.relative_to(root).parts[:-1]
        if not any(folder.startswith(".") or folder in NOT_OURS for folder in folders):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def too_long(files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        lines = len(text.splitlines())
        if lines > MOST and REASON not in " ".join((ast.get_docstring(ast.parse(text)) or "").split()):
            yield f"{name} has {lines} lines: split it by subject, or say in its docstring “{REASON}…”"


def test_no_file_is_long_without_a_reason() -> None:
    assert not [*too_long(dict(sources(ROOT)))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = 1\n" * MOST, False),
        ("x = 1\n" * (MOST + 1), True),
        ('"""All of it."""\n' + "x = 1\n" * MOST, True),
        (f'"""All of it.\n\n{REASON}it is one table.\n"""\n' + "x = 1\n" * MOST, False),
        (f'"""All of it. Longer than {MOST}\nlines because it is one table."""\n' + "x = 1\n" * MOST, False),
        (f"# {REASON}it is one table.\n" + "x = 1\n" * MOST, True),
    ],
    ids=["short", "long", "no reason", "a reason", "a reason over two lines", "a reason outside the docstring"],
)
def test_a_long_file_is_found(text: str, found: bool) -> None:
    assert bool([*too_long({"some.py": text})]) is found


def test_all_sources_are_looked_at() -> None:
    names = {name for name, _ in sources(ROOT)}
    assert {"chassis/runtime/loop.py", "tests/conftest.py", "tools/cli/main.py", "contracts/topics.py"} <= names
    assert not any(name.startswith(".venv") for name in names)
