"""Object-centric logs, OCEL 2.0, in JSON and in SQLite: nothing of one is dropped without being counted."""

from pathlib import Path

import pytest

from tests.unit.importer.judging import by_case, counts, judged
from tests.unit.importer.ocel_log import event, log, permit, value, write_json, write_sqlite
from tools.importer import ImportFailed, load_mapping
from tools.importer.report import Kind

MAPPING = load_mapping(Path(__file__).parents[3] / "examples" / "ocel.yaml")
FORMS = {"log.jsonocel": write_json, "log.sqlite": write_sqlite}


@pytest.fixture(params=FORMS)
def imported(request, tmp_path, run):
    """Writes a log in one of the forms, and plays it."""

    def done(document, mapping=MAPPING):
        return run(FORMS[request.param](tmp_path / request.param, document), mapping, from_scratch=True)

    return done


def test_dossiers_are_played_and_all_else_is_counted(imported):
    report, bus = imported(log())
    assert [one for one in bus.told if "application" in one] == [f"PERMIT.permit-{n} application" for n in (1, 2, 3)]
    assert [one for one in bus.told if "step" in one or "result" in one] == [
        "PT.north finished-step check",
        "PT.north finished-step inspect",
        "PT.south finished-step decide",
        "PT.south has-result",
        "PT.north finished-step inspect",
        "PT.north finished-step decide",  # its agency is not in the log: the dossier stays where it is
        "PT.north has-result",
    ]
    assert counts(report) == {
        Kind.EVENT_OF_SEVERAL: 1,
        Kind.EVENT_NOT_A_STEP: 1,
        Kind.EVENT_WITHOUT_DOSSIER: 2,
        Kind.RELATION_UNKNOWN: 1,
        Kind.OBJECT_WITHOUT_EVENTS: 1,
        Kind.EVENT_WITHOUT_GROUP: 1,
        Kind.CASE_WITHOUT_EVENTS: 1,
        Kind.CASE_WITHOUT_DEADLINE: 1,
        Kind.OPEN_CASE: 1,
    }
    assert (report.cases, report.played, report.ended, report.ended_late) == (3, 3, 2, 1)


def test_both_forms_of_a_log_give_the_same_claims(run, tmp_path):
    told = []
    for name, written in FORMS.items():
        _, bus = run(written(tmp_path / name, log()), MAPPING, from_scratch=True)
        told.append([event.to_json() for event in bus.events])
    assert told[0] == told[1]


def test_officer_agency_and_channel_come_from_what_an_event_and_a_dossier_are_related_to(imported):
    _, bus = imported(log())
    first = next(one for one in bus.events if one.type == "agency.reported" and one.data.claim.kind == "finished-step")
    assert (first.data.agency, first.data.officer, first.data.claim.step) == ("PT.north", "e7", "check")
    assert [one.data.claim.channel for one in bus.events if one.type == "intake.submitted"][:2] == ["online", "counter"]


@pytest.mark.parametrize(
    ("changed_at", "new", "late", "kind"),
    [
        ("2026-03-04T00:00:00Z", "2026-03-09T10:00:00Z", False, Kind.DEADLINE_CHANGED),
        ("2026-03-05T10:00:01Z", "2026-03-09T10:00:00Z", True, Kind.DEADLINE_CHANGED_LATE),
        ("2026-03-04T00:00:00Z", "2026-03-05T10:00:00Z", True, None),
    ],
)
def test_of_a_deadline_that_changes_the_last_one_counts_that_was_given_in_time(imported, changed_at, new, late, kind):
    document = log()
    document["objects"][1]["attributes"].append(value("deadline", new, changed_at))
    report, bus = imported(document)
    second = list(by_case(bus.events))[1]
    assert (judged(second).deadlines[0].verdict == "late") is late
    changes = {Kind.DEADLINE_CHANGED, Kind.DEADLINE_CHANGED_LATE}
    assert changes & set(report.anomalies) == ({kind} if kind else set())


def test_a_change_after_the_end_changes_no_verdict(imported):
    document = log()
    document["objects"][0]["attributes"] += [
        value("deadline", "2026-03-20T10:00:00Z", "2026-03-04T00:00:00Z"),
        value("deadline", "2026-03-05T09:00:00Z", "2026-03-06T00:00:00Z"),
    ]
    report, bus = imported(document)
    assert report.anomalies[Kind.DEADLINE_CHANGED_LATE].count == 1
    assert judged(next(by_case(bus.events))).deadlines[0].verdict == "early"


def test_of_another_attribute_the_last_value_counts(imported):
    document = log()
    document["objects"][0]["attributes"].append(value("channel", "desk", "2026-03-04T00:00:00Z"))
    _, bus = imported(document)
    assert bus.events[0].data.claim.channel == "counter"


def test_objects_and_events_that_come_twice_are_counted(imported):
    document = log()
    document["objects"].append(permit("permit-1"))
    document["events"].append(event("v1", "decide", "2026-03-03T01:00:00Z", ("permit-1", "of")))
    report, _ = imported(document)
    assert (counts(report)[Kind.OBJECT_TWICE], counts(report)[Kind.DUPLICATE_EVENT]) == (1, 1)


def test_of_several_agencies_the_first_is_taken_and_that_is_counted(imported):
    document = log()
    document["events"][0]["relationships"].insert(1, {"objectId": "south", "qualifier": "done by"})
    report, bus = imported(document)
    assert "PT.south finished-step check" in bus.told
    assert counts(report)[Kind.SEVERAL_AGENCIES] == 1


def test_a_qualifier_may_tell_which_events_are_a_dossiers(imported):
    shape = MAPPING.ocel.model_copy(update={"qualifier": "mentions"})
    report, bus = imported(log(), MAPPING.model_copy(update={"ocel": shape}))
    assert not any("step" in one for one in bus.told)
    assert counts(report)[Kind.EVENT_WITHOUT_DOSSIER] == 6


def test_an_event_of_too_many_objects_is_cut_and_counted(imported, monkeypatch):
    monkeypatch.setattr("tools.importer.ocel.MAX_RELATED", 2)
    report, _ = imported(log())
    assert counts(report)[Kind.RELATIONS_CUT] == 3


def test_a_deadline_that_changes_without_end_is_cut_and_counted(imported, monkeypatch):
    monkeypatch.setattr("tools.importer.ocel.MAX_CHANGES", 2)
    document = log()
    for hour in range(3):
        document["objects"][0]["attributes"].append(
            value("deadline", "2026-03-20T10:00:00Z", f"2026-03-04T0{hour}:00:00Z")
        )
    report, _ = imported(document)
    assert counts(report)[Kind.TOO_MANY_CHANGES] == 2


def test_a_mapping_of_another_kind_of_log_is_refused(imported):
    with pytest.raises(ImportFailed, match="needs `ocel` in the mapping"):
        imported(log(), MAPPING.model_copy(update={"ocel": None}))
