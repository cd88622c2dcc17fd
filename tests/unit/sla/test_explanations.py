"""Lateness has to be explained; who does not goes up the ladder. A backlog is explained with all four parts."""

import pytest

from contracts.sla import ExplanationRequired
from services.sla.state import Explanation
from tests.given import at
from tests.unit.sla.telling import (
    CHECKER,
    COMPETENT,
    DUE,
    INSTANT,
    MONDAY,
    completed,
    dossier,
    explained,
    rungs,
    step_done,
    suspended,
    transferred,
)

NEVER = at(31)
BY = at(9, "09:00")
"""Two working days after Thursday the 5th at nine: the explanation of a dossier due then."""
STEP = "step:check#1"


def test_a_missing_explanation_is_escalated_from_the_day_it_was_due():
    story = dossier().when(now=BY)
    assert rungs(story, "explanation-missing") == []
    story = story.when(now=BY + INSTANT)
    assert rungs(story, "explanation-missing") == [("agency-head", COMPETENT, BY)]
    missing = ("level-above", "H29", at(10, "09:00"))
    assert rungs(story.when(now=at(10, "10:00")), "explanation-missing") == [("agency-head", COMPETENT, BY), missing]


def test_an_explanation_in_time_stops_that():
    story = dossier(explained(BY, at(20), agency=COMPETENT)).when(now=NEVER)
    assert rungs(story, "explanation-missing") == []


def test_an_explanation_by_somebody_else_does_not():
    assert rungs(dossier(explained(at(6), at(20))).when(now=NEVER), "explanation-missing")


def test_a_late_explanation_stops_the_rest():
    story = dossier().when(explained(at(9, "12:00"), at(20), agency=COMPETENT)).when(now=NEVER)
    assert [rung for rung, _, _ in rungs(story, "explanation-missing")] == ["agency-head"]


@pytest.mark.parametrize("blank", ["cause", "plan"])
def test_an_explanation_that_lacks_something_explains_nothing(blank):
    told = explained(at(6), at(20), agency=COMPETENT)
    data = told.data.model_copy(update={blank: " "})
    story = dossier(told.model_copy(update={"data": data})).when(now=NEVER)
    assert rungs(story, "explanation-missing")
    assert not story.state.explained


def test_all_four_are_needed():
    whole = Explanation("check", CHECKER, at(5), "cause", "owner", "plan", at(9))
    assert whole.complete
    for lacking in ("cause", "owner", "plan"):
        told = {"cause": "cause", "owner": "owner", "plan": "plan"} | {lacking: ""}
        assert not Explanation("check", CHECKER, at(5), target=at(9), **told).complete


def test_a_late_step_that_is_done_is_still_to_be_explained_until_the_dossier_ends():
    late = dossier(transferred(MONDAY, deadline=at(3)), step_done(at(3, "09:00")), due=at(27))
    story = late.when(now=at(5, "08:00") + INSTANT)
    assert rungs(story, "explanation-missing", STEP) == [("agency-head", CHECKER, at(5))]
    ended = late.when(completed(at(5)))
    assert rungs(ended.when(now=NEVER), "explanation-missing", STEP) == []


def test_the_explanation_of_a_step_is_one_that_names_the_step():
    late = dossier(transferred(MONDAY, deadline=at(3)), due=at(27))
    other = late.when(explained(at(4), at(9), step="sign")).when(now=NEVER)
    assert rungs(other, "explanation-missing", STEP)
    told = late.when(explained(at(4), at(9))).when(now=NEVER)
    assert rungs(told, "explanation-missing", STEP) == []


def test_lateness_that_is_retracted_needs_no_explanation():
    story = dossier().when(now=DUE + INSTANT)
    assert story.says(ExplanationRequired)
    story = story.when(suspended(at(4))).when(now=NEVER)
    assert rungs(story, "explanation-missing") == []


def test_a_backlog_is_what_is_late_and_open():
    story = dossier().when(now=DUE)
    assert (story.state.phase, story.state.overdue) == ("open", False)
    story = story.when(now=DUE + INSTANT)
    assert (story.state.phase, story.state.overdue, story.state.explained) == ("open", True, False)
    story = story.when(explained(at(6), at(20)))
    assert (story.state.phase, story.state.overdue, story.state.explained) == ("open", True, True)
    assert story.when(completed(at(9))).state.phase == "ended"
