"""Cases without a deadline, and limits of the procedure."""

from datetime import UTC, datetime

import pytest

from tests.unit.importer.judging import LONG_AFTER, judged
from tools.importer import ImportFailed, Mapping
from tools.importer.report import Kind

BIRTH = "1.001193"
"""Registration of a birth: one working day."""


def test_a_case_without_a_deadline_is_taken_in_without_an_appointment_and_counted(logs, write, run, mapping):
    report, bus = run(write(logs.log(logs.trace(logs.event(), deadline="", enddate=""))), mapping)
    assert report.played == report.anomalies[Kind.CASE_WITHOUT_DEADLINE].count == 1
    state = judged(bus.events, LONG_AFTER)
    assert (state.phase, state.overdue, state.raised, state.deadlines[0].due) == ("open", False, (), None)


def test_it_has_the_limit_of_its_procedure_where_the_mapping_says_so(logs, write, run, settings):
    mapping = Mapping.model_validate({**settings, "procedure": BIRTH, "deadline": "from-procedure"})
    traces = (logs.trace(logs.event(), name="case-1", deadline=""), logs.trace(logs.event(), name="case-2"))
    report, bus = run(write(logs.log(*traces)), mapping)
    assert report.anomalies[Kind.DEADLINE_FROM_PROCEDURE].count == 1
    due = [event.data.claim.historic_appointment for event in bus.events if event.type == "intake.submitted"]
    assert due == [datetime(2026, 3, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, 10, tzinfo=UTC)]
    assert report.ended_late == 1


def test_a_procedure_without_a_limit_is_refused_before_anything_is_published(logs, write, run, settings, new_bus):
    mapping = Mapping.model_validate({**settings, "procedure": "9.999999", "deadline": "from-procedure"})
    bus = new_bus()
    with pytest.raises(ImportFailed, match=r"'9\.999999' is not in the catalogue"):
        run(write(logs.log(logs.trace(logs.event()))), mapping, bus)
    assert bus.calls == []


def test_without_a_start_and_an_end_of_its_own_a_case_has_those_of_its_events(logs, write, run, settings):
    case = {"id": "concept:name", "deadline": "deadline"}
    mapping = Mapping.model_validate({**settings, "case": case, "ends_with": ["Archive"]})
    events = (logs.event("Check", "2026-03-03T08:00:00+07:00"), logs.event("Archive", "2026-03-04T08:00:00+07:00"))
    report, bus = run(write(logs.log(logs.trace(*events), logs.trace(name="case-2"))), mapping)
    assert bus.events[0].time == datetime(2026, 3, 3, 1, tzinfo=UTC)
    assert bus.told[-1] == "H29.A has-result"
    assert report.anomalies[Kind.CASE_WITHOUT_START].count == 1


@pytest.mark.parametrize(
    ("text", "believed"), [("2150-12-31", 1), ("2151-01-01", 0), ("1901-01-01", 1), ("1900-12-31", 0)]
)
def test_a_date_at_the_edge_of_what_is_believed_is_no_crash(logs, write, run, settings, text, believed):
    mapping = Mapping.model_validate({**settings, "default_zone": "Asia/Ho_Chi_Minh"})
    report, bus = run(write(logs.log(logs.trace(logs.event(), deadline=text))), mapping)
    assert report.played == 1
    assert (Kind.UNREADABLE_TIME not in report.anomalies) == believed
    judged(bus.events, LONG_AFTER)
