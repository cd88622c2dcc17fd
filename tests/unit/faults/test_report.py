import json
from dataclasses import replace

import pytest

from tests.faults.report import BEGIN, END, keep, table, tell, with_table
from tests.faults.trial import Figures

FIGURES = Figures(
    title="Kafka killed and restarted",
    faults=3,
    seconds=99.5,
    submissions=1200,
    ratings=34,
    sent_again=5,
    dossiers=1100,
    records=20_000,
    repeated=77,
    overdue=10,
    letters=4,
    dead_letters=0,
    recoveries=[9.0, 2.5, 3.0],
    breaches={"each rung is climbed once": [], "no message is sent twice": ["m 2 times"]},
)


def test_a_row_has_the_figures_and_all_breaches_of_all_laws():
    row = table({"kafka": FIGURES}).splitlines()[-1]
    assert row == "| Kafka killed and restarted | 3 | 1,234 | 1,100 | 20,000 | 77 | 10 | 4 | 1 | 3.0, 9.0 |"


def test_every_row_has_as_many_cells_as_the_head():
    assert len({line.count("|") for line in table({"kafka": FIGURES}).splitlines()}) == 1


def test_a_trial_without_recovery_shows_none():
    assert table({"kafka": replace(FIGURES, recoveries=[])}).endswith("| – |")


def test_the_terminal_is_told_which_law_was_broken():
    assert "1 breaches" in tell("kafka", FIGURES)
    assert "no message is sent twice (1): m 2 times" in tell("kafka", FIGURES)


def test_only_what_stands_between_the_marks_is_written_anew():
    page = f"above\n{BEGIN}\nold\n{END}\nbelow\n"
    once = with_table(page, "| new |")
    assert once == f"above\n{BEGIN}\n\n| new |\n\n{END}\nbelow\n"
    assert with_table(once, "| new |") == once


@pytest.mark.parametrize("page", ["no marks", f"{BEGIN} without end", f"{END} before {BEGIN}"])
def test_a_page_without_its_marks_is_refused(page):
    with pytest.raises(ValueError, match=r"guarantees\.md needs one line"):
        with_table(page, "| new |")


def test_the_documents_get_the_table_and_the_raw_figures(tmp_path):
    (tmp_path / "guarantees.md").write_text(f"{BEGIN}\n{END}\n")
    keep({"kafka": FIGURES}, tmp_path, seed=7)
    assert "| Kafka killed and restarted |" in (tmp_path / "guarantees.md").read_text()
    raw = json.loads((tmp_path / "faults.json").read_text())
    assert raw["seed"] == 7
    assert raw["scenarios"]["kafka"]["recoveries"] == [9.0, 2.5, 3.0]
