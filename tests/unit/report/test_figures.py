"""Figures that are worked out by hand."""

from datetime import UTC, datetime

import pytest

from services.sla.report_row import row_of
from tests.given import at, given, received
from tests.unit.sla.telling import SLA, completed, resumed, step_done, suspended, transferred, withdrawn
from tools.operations.deadline_figures import Tally, percentile

NOW = at(6, "12:00")
DAY = "1 working-days"


def told(*facts, **receipt):
    return row_of(given(SLA, received(at(2, "09:00"), appointment=at(5, "09:00"), **receipt), *facts).state).text


CHECKED = [transferred(at(2, "09:00"), limit=DAY), step_done(at(3, "09:00"))]
LATE_CHECK = [transferred(at(2, "09:00"), limit=DAY), step_done(at(4, "09:00"))]

EARLY = told(*CHECKED, completed(at(4, "09:00")))
ON_TIME = told(*LATE_CHECK, completed(at(5, "09:00")))
LATE = told(
    transferred(at(2, "09:00"), limit=DAY),
    transferred(at(3, "09:00"), "sign", limit=DAY),
    step_done(at(6, "11:00"), "sign"),
    step_done(at(6, "11:00")),
    completed(at(6, "11:00")),
)
WITHDRAWN = told(withdrawn(at(3)))
OVERDUE = told()
PAUSED = told(suspended(at(3, "09:00")), resumed(at(4, "09:00")), suspended(at(4, "10:00"), "supplement"))
OTHER = told(completed(at(4, "09:00")), procedure="2.000002", competent_agency="H29.07")
ALL = [EARLY, ON_TIME, LATE, WITHDRAWN, OVERDUE, PAUSED, OTHER]


def by(what, texts=ALL, now=NOW, timeline="live"):
    tally = Tally(what, timeline, now)
    tally.add(texts[:3])
    tally.add(texts[3:])
    return tally.figures()


def test_by_procedure_worked_by_hand():
    """16, 24 and 34 hours of 24; the check lost 8 and 26 hours, signing 18."""
    first, second = by("procedure").rows
    assert first == {
        "procedure": "1.000001",
        "received": 6,
        "early": 1,
        "on_time": 1,
        "late": 1,
        "unjudged": 1,
        "in_time": 1,
        "overdue": 1,
        "median_hours": 24.0,
        "p95_hours": 34.0,
        "median_of_limit": 1.0,
        "p95_of_limit": 1.417,
        "lost_hours": 52.0,
        "slowest_step": "check",
        "returns": 0,
        "pauses": {
            "supplement": {"count": 1, "hours": 0.0},
            "payment": {"count": 1, "hours": 8.0},
            "force-majeure": {"count": 0, "hours": 0.0},
        },
    }
    assert (second["procedure"], second["received"], second["early"], second["slowest_step"]) == ("2.000002", 1, 1, "")


def test_by_step_worked_by_hand():
    check, sign = by("step").rows
    assert (check["procedure"], check["step"], check["received"]) == ("1.000001", "check", 3)
    assert (check["on_time"], check["late"], check["lost_hours"]) == (1, 2, 34.0)
    assert (sign["step"], sign["late"], sign["median_hours"], sign["lost_hours"]) == ("sign", 1, 26.0, 18.0)
    assert check["slowest_step"] == sign["slowest_step"] == "check"


@pytest.mark.parametrize("what", ["agency", "procedure", "month"])
def test_every_dossier_is_in_one_row_and_has_one_fate(what):
    report = by(what)
    for row in (*report.rows, report.total):
        fates = ("early", "on_time", "late", "unjudged", "in_time", "overdue")
        assert row["received"] == sum(row[name] for name in fates)
    assert report.total["received"] == sum(row["received"] for row in report.rows) == len(ALL)
    names = [row[what] for row in report.rows]
    assert names == sorted(set(names))


def test_overdue_is_what_is_due_before_now():
    assert by("month", [OVERDUE], at(5, "09:00")).total["overdue"] == 0
    assert by("month", [OVERDUE], at(5, "09:01")).total["overdue"] == 1


def test_nothing_received_is_no_row():
    report = by("month", [])
    assert report.rows == ()
    assert (report.total["received"], report.total["median_hours"], report.total["slowest_step"]) == (0, None, "")


def test_a_cause_of_a_pause_that_is_new_has_a_column_of_its_own():
    new = OVERDUE.replace("[],[]]", '[["strike",2,7200]],[]]', 1)
    assert by("month", [new, EARLY]).total["pauses"]["strike"] == {"count": 2, "hours": 2.0}


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([7], 95, 7),
        ([1, 2], 50, 1),
        ([1, 2, 3], 50, 2),
        (range(1, 21), 95, 19),
        (range(1, 22), 95, 20),
    ],
)
def test_percentiles_are_observed_values(values, percent, expected):
    assert percentile(values, percent) == expected


def test_now_is_told():
    assert by("month", [], datetime(2026, 3, 6, tzinfo=UTC)).now == datetime(2026, 3, 6, tzinfo=UTC)
