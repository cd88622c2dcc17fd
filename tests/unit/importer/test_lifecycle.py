"""IEEE 1849's lifecycle: only what completes an activity finishes a step."""

import pytest

from tests.unit.importer.judging import judged
from tools.importer import Mapping
from tools.importer.report import Kind

KEY = "lifecycle:transition"
AT = "2026-03-0{}T08:00:00+07:00"


def test_start_takes_custody_and_only_complete_finishes_the_step(logs, write, run, mapping):
    events = (
        logs.event("Check", AT.format(3), "A", **{KEY: "start", "id": "1"}),
        logs.event("Check", AT.format(4), "A", **{KEY: "complete", "id": "1"}),
    )
    report, bus = run(write(logs.log(logs.trace(*events))), mapping)
    assert bus.told[1:] == [
        "H29 forwards Check H29.A",
        "H29.A took-custody Check",
        "H29.A took-custody Check",
        "H29.A finished-step Check",
        "H29.A has-result",
    ]
    assert len({event.id for event in bus.events}) == len(bus.events)
    assert report.anomalies == {}
    assert report.events == 2


def test_work_that_another_agency_completes_is_handed_over_in_between(logs, write, run, mapping):
    events = (
        logs.event("Check", AT.format(3), "A", **{KEY: "START", "id": "1"}),
        logs.event("Check", AT.format(4), "B", **{KEY: "COMPLETE", "id": "1"}),
    )
    _, bus = run(write(logs.log(logs.trace(*events))), mapping)
    assert [told for told in bus.told if "finished" in told] == ["H29.B finished-step Check"]
    assert len({event.id for event in bus.events}) == len(bus.events) == 8


def test_suspend_and_resume_stop_no_clock_and_are_told_apart_from_the_others(logs, write, run, mapping):
    transitions = ("schedule", "assign", "start", "suspend", "resume", "complete", "autoskip")
    events = (logs.event("Check", AT.format(n + 1), **{KEY: name}) for n, name in enumerate(transitions, 1))
    report, bus = run(write(logs.log(logs.trace(*events, enddate=""))), mapping)
    assert {kind: found.count for kind, found in report.anomalies.items() if "STEP" in kind.name} == {
        Kind.STEP_PAUSED: 2,
        Kind.STEP_NOT_DONE: 3,
    }
    assert [told.split()[1] for told in bus.told if "H29.A " in told] == [
        "took-custody",
        "took-custody",
        "finished-step",
    ]
    assert judged(bus.events).pauses == ()


def test_the_mapping_may_say_what_finishes_a_step(logs, write, run, settings):
    mapping = Mapping.model_validate({**settings, "lifecycle": {"finishes": ["Done"], "takes": ["complete"]}})
    events = (
        logs.event("Check", AT.format(n), **{KEY: name}) for n, name in ((3, "complete"), (4, "done"), (5, "start"))
    )
    report, bus = run(write(logs.log(logs.trace(*events))), mapping)
    assert [told.split()[1] for told in bus.told if "finished" in told or "custody" in told] == [
        "took-custody", "took-custody", "finished-step",
    ]  # fmt: skip
    assert report.anomalies[Kind.STEP_NOT_DONE].example.endswith("'start'")


@pytest.mark.parametrize("column", ["state", KEY])
def test_a_csv_log_may_have_a_column_for_it(write, run, csv_mapping, column):
    event = csv_mapping.event if column == KEY else csv_mapping.event.model_copy(update={"lifecycle": column})
    header = f"case,start,end,deadline,activity,time,group,{column}"
    line = "case-1,2026-03-02T08:00Z,2026-03-06T08:00Z,2026-03-09T08:00Z,a,2026-03-0{}T08:00Z,A,{}"
    text = "\n".join([header, line.format(3, "start"), line.format(4, "complete"), line.format(5, "")])
    _, bus = run(write(text, "log.csv"), csv_mapping.model_copy(update={"event": event}))
    assert sum("finished" in told for told in bus.told) == 2


def test_a_csv_log_must_have_the_column_that_the_mapping_names(write, run, csv_mapping, settings):
    event = {**csv_mapping.event.model_dump(), "lifecycle": "state"}
    mapping = Mapping.model_validate({**csv_mapping.model_dump(), "event": event})
    with pytest.raises(ValueError, match="column 'state' is not there"):
        run(write("case,start,end,deadline,activity,time,group\n", "log.csv"), mapping)
