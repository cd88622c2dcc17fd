"""A real log of 1,434 dossiers: the deadline watch judges every closed one as the log's own dates do."""

import pytest

from contracts.routing import DossierCompleted
from contracts.sla import DossierOverdue
from tests.given import fact, given, received
from tests.receipt import LOG, closed_cases
from tests.unit.sla.telling import SLA

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LOG.exists(), reason=f"{LOG} is not here; set LIENTHONG_DATA to its folder"),
]


def story(case):
    born = received(case.start, appointment=case.deadline, limit="")
    return given(SLA, born, fact(DossierCompleted(outcome="granted", agency="H29.05"), case.end))


def test_every_closed_case_has_the_verdict_of_its_own_dates():
    cases = list(closed_cases())
    assert (len(cases), sum(case.late for case in cases)) == (1329, 377)
    for case in cases:
        told = story(case)
        assert (told.state.deadlines[0].verdict == "late") is case.late, case
        assert bool(told.ever(DossierOverdue)) is told.state.overdue is case.late, case
