"""Every decision has number, title, date and status; the numbers that are missing are explained."""

import re

import pytest

from docs.generate import DECISION, ROOT

FOLDER = ROOT / "docs" / "decisions"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("[0-9]*.md"))}
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
REFERENCE = r"\[\d{4}\]\([\w.-]+\.md\)"
STATUS = rf"(?:accepted(?:, amended by {REFERENCE}(?:(?:, | and ){REFERENCE})*)?|superseded by {REFERENCE})"


@pytest.mark.parametrize("name", PAGES)
def test_a_decision_begins_with_number_title_date_and_status(name: str) -> None:
    found = DECISION.match(PAGES[name])
    assert found, f"{name} has to begin `# 0000 Title`, then a line `Date: 2026-11-28. Status: accepted.`"
    assert found["number"] == name[:4]
    assert re.fullmatch(STATUS, found["status"]), (
        f"{name}: its status is accepted, accepted and amended by others, or superseded by one"
    )
    assert "**Decided.**" in PAGES[name]


@pytest.mark.parametrize("name", PAGES)
def test_a_status_refers_to_later_decisions(name: str) -> None:
    found = DECISION.match(PAGES[name])
    assert found
    for number, target in re.findall(r"\[(\d{4})\]\(([\w.-]+\.md)\)", found["status"]):
        assert target in PAGES
        assert target.startswith(number)
        assert number > found["number"]


def test_numbers_are_given_once_and_those_that_are_missing_are_explained() -> None:
    given = [int(name[:4]) for name in PAGES]
    assert len(given) == len(set(given))
    explained = INDEX.partition("decisions: end")[2]
    for missing in set(range(1, max(given))) - {*given}:
        assert f"{missing:04}" in explained, f"docs/decisions/README.md does not say why there is no {missing:04}"
