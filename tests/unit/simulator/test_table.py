from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from tools.cli.table import render, summary

STATUS: dict[str, Any] = {
    "dossiers": {
        "received": 1934,
        "open": 412,
        "completed": 1490,
        "delivered": 1302,
        "withdrawn": 12,
        "overdue": 98,
        "due_soon": 31,
    },
    "holding": {f"H29.16.{number:02d}": 5 * number for number in range(1, 13)},
    "escalations": 310,
    "letters": 91,
    "topics": {"dossier.received": 1934, "dossier.transferred": 6021},
    "ratings": {"count": 455, "points": 4000, "of": 5000},
    "notifications": {"sent": 4123, "failed": 3, "pending": 4},
    "lag": {"intake": 0, "routing": 12, "extra": 1},
    "dead_letters": 2,
}


def shown(renderable: Any, width: int = 120, *, terminal: bool = False) -> str:
    console = Console(record=True, width=width, force_terminal=terminal, file=StringIO())
    console.print(renderable)
    return console.export_text()


def test_it_shows_every_figure() -> None:
    text = shown(render(STATUS, "Tue 2026-01-13 10:30"))
    for figure in ("Tue 2026-01-13 10:30", "1,934", "412", "98", "31", "310", "91", "455 (80%)", "4,123", "12"):
        assert figure in text
    assert "H29.16.12" in text
    assert "4 others" in text
    assert "H29.16.04" not in text


def test_it_tells_how_many_states_wait_for_a_refold_and_nothing_where_none_do() -> None:
    text = shown(render({**STATUS, "outdated": {"intake": 0, "sla": 2710}}, None))
    assert "to be folded anew" in text
    assert "2,710" in text
    assert "folded anew" not in shown(render({**STATUS, "outdated": {"intake": 0, "sla": 0}}, None))


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("terminal", [False, True])
def test_it_fits_any_terminal(width: int, terminal: bool) -> None:
    text = shown(summary(STATUS), width, terminal=terminal)
    assert all(len(line) <= width for line in text.splitlines())
    for figure in ("received", "1,934", "H29.16.12", "60", "455 (80%)", "routing", "dossier.transferred 6,021"):
        assert figure in text


@pytest.mark.parametrize(
    "status", [{}, {"dossiers": None, "holding": {}, "lag": {}, "ratings": {"of": 0}}, {"topics": {"a": None}}]
)
def test_missing_figures_do_no_harm(status: dict[str, Any]) -> None:
    assert "received" in shown(render(status, None))
    assert "in all" in shown(summary(status))


def test_agency_codes_are_no_markup() -> None:
    assert "[red]x" in shown(render({"holding": {"[red]x": 1}}, "[bold]now"))
