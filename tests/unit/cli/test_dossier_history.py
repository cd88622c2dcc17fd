"""The history of one dossier: each event after its cause, and an end whatever causes are named."""

from contracts.claims import FinishedStep, TookCustody
from tests.given import at, reported
from tools.operations.dossier_history import history_lines

HOLDER, NOON = "H29.16", at(2, "12:00")


def event(id_, cause, claim=None):
    made = reported(HOLDER, claim or TookCustody(step=id_), NOON)
    return made.model_copy(update={"id": id_, "causationid": cause})


def steps(*events):
    return [line.partition("step ")[2].partition(",")[0] for line in history_lines(events, "en") if "step " in line]


def test_an_event_is_told_after_its_cause():
    chain = [event("c", "b"), event("a", ""), event("b", "a", FinishedStep(step="b"))]
    assert steps(*chain) == ["a", "b", "c"]


def test_an_event_that_names_itself_as_its_cause_is_told_once():
    assert steps(event("a", "a")) == ["a"]


def test_a_ring_of_causes_has_an_end():
    assert sorted(steps(event("a", "c"), event("b", "a"), event("c", "b"))) == ["a", "b", "c"]
    assert sorted(steps(event("before", "a"), event("a", "b"), event("b", "a"))) == ["a", "b", "before"]
