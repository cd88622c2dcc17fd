"""docs/glossary.md names things as the code does."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("contracts", "domain", "chassis", "services", "tools")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and "our name" not in line and "---" not in line
]
OUR_NAMES = [name for row in ROWS for name in re.findall(r"`([^`]+)`", " ".join(row[:2]))]


@cache
def code() -> str:
    """Names of files, and what stands in them."""
    files = [file for room in ROOMS for ending in ("py", "yaml") for file in sorted((ROOT / room).rglob(f"*.{ending}"))]
    return "\n".join(f"{file.relative_to(ROOT)}\n{file.read_text(encoding='utf-8')}" for file in files)


def test_there_are_terms_of_administration_and_of_software() -> None:
    assert len([row for row in ROWS if row[1].startswith("`")]) > 30
    assert len([row for row in ROWS if row[0].startswith("`")]) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_term_has_four_columns_and_a_name_of_ours(row: list[str]) -> None:
    assert len(row) == 4
    assert re.findall(r"`[^`]+`", " ".join(row[:2]))


@pytest.mark.parametrize("name", OUR_NAMES)
def test_our_name_stands_in_the_code(name: str) -> None:
    assert re.search(rf"(?<![a-z]){re.escape(name)}", code()), f"nobody says {name}: name it as the code does"


def test_no_name_of_ours_is_given_twice() -> None:
    assert sorted(OUR_NAMES) == sorted(set(OUR_NAMES))
