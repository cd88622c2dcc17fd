from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain.feedback import FeedbackError, load_categories
from domain.worktime import ZONE, due_at, load_calendar

MONDAY = datetime(2026, 1, 5, 7, 30, tzinfo=ZONE)
CATEGORY = """
  - code: delay
    name: {vi: Chậm, en: Delay}
    limit: 2 working-days
    source: a test
"""


def test_the_shipped_limits_lie_between_two_hours_and_five_days() -> None:
    spans = {code: due_at(load_calendar(), MONDAY, one.limit) - MONDAY for code, one in load_categories().items()}
    assert min(spans.values()) == timedelta(hours=2)
    assert max(spans.values()) <= timedelta(days=5)
    assert len(spans) >= 5


def test_every_shipped_category_says_where_its_limit_comes_from() -> None:
    assert all("2019" in one.source or "example" in one.source for one in load_categories().values())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("categories: []", "categories: .*at least 1"),
        (f"categories: {CATEGORY}{CATEGORY}", "delay: the code is given twice; keep the category once"),
        (f"categories: {CATEGORY}".replace("2 working-days", "soon"), "limit: .*'soon' is no time limit"),
        (f"categories: {CATEGORY}".replace("2 working-days", "-2 working-days"), "is no time limit"),
        (f"categories: {CATEGORY}".replace("code: delay", "code: Chậm trễ"), "code: "),
        (
            f"categories: {CATEGORY}".replace("    source: a test", "    colour: red"),
            "remove the key or correct|add the key",
        ),
        ("categories: [", "line "),
    ],
)
def test_a_broken_file_is_refused_with_place_and_remedy(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "categories.yaml"
    file.write_text(text)
    with pytest.raises(FeedbackError, match=f"categories.yaml: .*{words}"):
        load_categories(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="cannot be read"):
        load_categories(tmp_path / "none.yaml")
