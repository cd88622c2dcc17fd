"""What was late by a log's own dates is late after its import, and nothing else is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.envelope import AnyEvent
from tests.examples import examples
from tests.receipt import LOG, closed_cases
from tests.unit.importer.judging import LONG_AFTER, by_case, judged
from tools.importer import Mapping, load_mapping
from tools.importer.case import Case
from tools.importer.claims import claims_of
from tools.importer.happening import Happening

EXAMPLES = Path(__file__).parents[3] / "examples"
MOMENT = "2026-03-03T10:00:00+07:00"
MONDAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
NEAR = st.integers(-6, 6).map(lambda count: MONDAY + timedelta(microseconds=count))
DAYS = st.integers(-3, 3).map(lambda count: MONDAY + timedelta(hours=12 * count))
MOMENTS = NEAR | DAYS
EVENTS = st.lists(
    st.tuples(MOMENTS, st.sampled_from("ab"), st.sampled_from(["", "H29.A", "H29.B"]), st.booleans()), max_size=6
)


def verdict(claims: list[AnyEvent]) -> tuple[str, bool]:
    state = judged(claims)
    return state.deadlines[0].verdict, state.overdue


def test_a_case_that_begins_is_handed_over_and_ends_in_the_second_of_its_deadline_is_on_time(logs, write, run, mapping):
    events = [logs.event(name, MOMENT, group) for name, group in (("a", "A"), ("b", "B"), ("c", "A"))]
    file = write(logs.log(logs.trace(*events, startdate=MOMENT, enddate=MOMENT, deadline=MOMENT)))
    report, bus = run(file, mapping)
    assert (report.ended, report.ended_late, report.hand_overs) == (1, 0, 3)
    assert verdict(bus.events) == ("on-time", False)
    assert not judged(bus.events, LONG_AFTER).raised


@settings(max_examples=examples(300), deadline=None)
@given(start=MOMENTS, end=MOMENTS, deadline=MOMENTS, events=EVENTS)
def test_the_verdict_after_the_import_is_that_of_the_logs_own_dates(start, end, deadline, events):
    happenings = tuple(
        Happening(at, activity, agency, "", ("index", index), begins)
        for index, (at, activity, agency, begins) in enumerate(sorted(events, key=lambda one: one[0]))
    )
    claims = claims_of(Case("OLD.case-1", start, end, deadline, "counter", happenings), MAPPING)
    state = judged(claims, LONG_AFTER)
    assert state.ended_at == end
    assert (state.deadlines[0].verdict == "late") is state.overdue is (end > deadline)


MAPPING = Mapping.model_validate(
    {
        "timeline": "test",
        "procedure": "1.000001",
        "dossier_code": "OLD.{id}",
        "receiving_unit": "H29",
        "case": {"id": "id"},
        "event": {"activity": "activity", "time": "time"},
    }
)


@pytest.mark.parametrize(
    ("end", "late"),
    [("2026-03-05T08:00:00+07:00", False), ("2026-03-05T17:00:00+07:00", False), ("2026-03-05T17:00:01+07:00", True)],
)
def test_a_deadline_that_is_a_date_counts_to_the_end_of_its_office_hours(logs, write, run, settings, end, late):
    mapping = Mapping.model_validate({**settings, "default_zone": "Asia/Ho_Chi_Minh"})
    report, bus = run(write(logs.log(logs.trace(logs.event(), deadline="2026-03-05", enddate=end))), mapping)
    assert report.ended_late == late
    assert (verdict(bus.events)[0] == "late") is late


def test_a_date_ends_by_the_clock_of_the_mappings_zone_and_on_a_day_that_is_worked(logs, write, run, settings):
    mapping = Mapping.model_validate({**settings, "default_zone": "Europe/Amsterdam"})
    traces = [logs.trace(logs.event(), name=f"case-{day}", deadline=f"2026-03-0{day}") for day in (5, 7)]
    _, bus = run(write(logs.log(*traces)), mapping)
    due = [event.data.claim.historic_appointment for event in bus.events if event.type == "intake.submitted"]
    assert due == [datetime(2026, 3, 5, 16, tzinfo=UTC), datetime(2026, 3, 9, 16, tzinfo=UTC)]  # the 7th is a Saturday


def test_an_end_that_is_a_date_comes_after_that_days_work_and_is_not_late_for_it(logs, write, run, settings):
    mapping = Mapping.model_validate({**settings, "default_zone": "Asia/Ho_Chi_Minh"})
    event = logs.event(at="2026-03-05T16:30:00+07:00")
    late = logs.event("b", at="2026-03-05T18:00:00+07:00")
    on_day = logs.trace(event, enddate="2026-03-05", deadline="2026-03-05")
    by_hour = logs.trace(event, late, name="case-2", enddate="2026-03-05", deadline="2026-03-05T17:00:00+07:00")
    report, bus = run(write(logs.log(on_day, by_hour)), mapping)
    assert report.ended_late == 0
    first, second = (judged(claims) for claims in by_case(bus.events))
    assert first.ended_at == datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
    assert second.ended_at == datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.skipif(not LOG.exists(), reason=f"{LOG} is not here; set LIENTHONG_DATA to the folder that has it")
def test_every_case_of_the_real_log_has_the_verdict_of_its_own_dates(run):
    report, bus = run(LOG, load_mapping(EXAMPLES / "receipt.yaml"))
    found = {
        claims[0].subject.removeprefix("RECEIPT."): judged(claims, report.latest) for claims in by_case(bus.events)
    }
    late = {case.name: case.late for case in closed_cases()}
    assert {name: state.deadlines[0].verdict == "late" for name, state in found.items() if name in late} == late
    assert {name: state.overdue for name, state in found.items() if name in late} == late
    assert (len(found), sum(state.overdue for state in found.values())) == (1434, 416)
