"""How figures are written, and what the command does with what it is not meant for."""

import csv
import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from tests.given import at
from tests.unit.report.test_figures import EARLY, by
from tools.cli.main import app
from tools.cli.report import MonthError, months
from tools.operations.deadline_figures import Figures
from tools.operations.deadline_tables import as_csv, as_json, as_table


def shown(figures: Figures, width: int = 220) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(as_table(figures, wide=width > 80))
    return console.export_text()


def test_the_table_has_a_line_for_each_row_and_one_for_all():
    text = shown(by("step"))
    assert "Deadlines by step · live · 12:00 06/03/2026" in text
    (check,) = (line for line in text.splitlines() if "1.000001 check" in line)
    assert "16.0 h (200%)" in check
    assert "34.0 h" in check
    assert "  all " in text


def test_the_table_of_nothing_says_so():
    assert "No dossier was received" in shown(by("agency", []))


@pytest.mark.parametrize("by_what", ["agency", "step", "procedure", "month"])
def test_80_columns_are_enough_to_read_every_heading_and_number(by_what):
    figures = by(by_what)
    wide, narrow = shown(figures), shown(figures, 80)
    assert max(map(len, narrow.splitlines())) <= 80
    assert "…" not in narrow
    words = {one for one in wide.split() if not set(one) & set("─━")}
    assert words <= set(narrow.split())


def test_csv_has_a_name_for_every_column_and_plain_numbers():
    first, second = csv.DictReader(io.StringIO(as_csv(by("procedure"))))
    assert (first["procedure"], first["received"], first["lost_hours"]) == ("1.000001", "6", "52.0")
    assert (first["pauses_payment"], first["pause_hours_payment"]) == ("1", "8.0")
    assert second["slowest_step"] == ""
    assert None not in first
    assert None not in first.values()


def test_csv_of_nothing_is_its_names():
    assert as_csv(by("month", [])).startswith("month,received,early")
    assert len(as_csv(by("month", [])).splitlines()) == 1


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_code_that_looks_like_a_formula_is_text_in_csv(sign):
    agency = f"{sign}HYPERLINK(1)"
    report = by("agency", [EARLY.replace("H29.05", agency)])
    (row,) = csv.DictReader(io.StringIO(as_csv(report)))
    assert row["agency"] == f"'{agency}"
    assert json.loads(as_json(report))["rows"][0]["agency"] == agency


def test_a_code_that_looks_like_markup_is_shown_as_it_is():
    assert "[red]x" in shown(by("agency", [EARLY.replace("H29.05", "[red]x")]))


def test_json_says_by_what_on_which_timeline_and_when():
    told = json.loads(as_json(by("month", timeline="history")))
    assert (told["by"], told["timeline"], told["now"]) == ("month", "history", at(6, "12:00").isoformat())
    assert told["rows"][0]["month"] == "2026-03"
    assert told["total"]["received"] == 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("0000-01", "9999-12")),
        ("2026-01", ("2026-01", "2026-01")),
        ("2025-11..2026-02", ("2025-11", "2026-02")),
    ],
)
def test_months(text, expected):
    assert months(text) == expected


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-00", "26-01", "2026-01-05", "2026-01..", "..2026-01", "x"])
def test_what_is_no_month_is_told_how_to_write_one(text):
    with pytest.raises(MonthError, match=r"write 2026-01, or 2026-01\.\.2026-03"):
        months(text)


def test_months_that_go_backwards_are_refused():
    with pytest.raises(MonthError, match="the earlier month first"):
        months("2026-02..2026-01")


@pytest.mark.parametrize("arguments", [["--by", "officer"], ["--format", "xml"], ["--month", "January"]])
def test_the_command_refuses_what_it_does_not_know(arguments):
    found = CliRunner().invoke(app, ["report", "deadlines", *arguments])
    assert found.exit_code == 2
    assert arguments[1] in found.output
