"""Another agency is asked for its opinion (lấy ý kiến): a deadline of its own, while the main clock goes on."""

from contracts.sla import DossierDueSoon, DossierOverdue, DossierOverdueRetracted, ExplanationRequired
from tests.given import at, given, received
from tests.unit.sla.telling import (
    CHECKER,
    INSTANT,
    MONDAY,
    UNIT,
    asked,
    completed,
    dossier,
    missed,
    opinion,
    ruled,
    rungs,
    step_done,
    transferred,
)

KEY = "consultation:check#1@H29.11"
NEVER = at(31)
LATE = at(27)


def asking(*more):
    return dossier(transferred(MONDAY), asked(at(3)), *more, due=LATE)


def test_silence_is_told_to_the_head_of_the_one_stop_unit_and_to_nobody_else():
    story = asking().when(now=at(4) + INSTANT)
    (late,) = story.says(DossierOverdue)
    assert (late.deadline, late.due, late.agency) == (KEY, at(4), "H29.11")
    assert rungs(story.when(now=at(20)), deadline=KEY) == [("one-stop-head", UNIT, at(4))]
    assert story.says(ExplanationRequired) == []
    assert [one.deadline for one in story.ever(DossierDueSoon)] == [KEY]


def test_an_opinion_in_time_ends_it():
    assert missed(asking(opinion(at(4))).when(now=at(20))) == []


def test_an_opinion_of_another_agency_does_not():
    assert missed(asking(opinion(at(4), "H29.12")).when(now=at(20))) == [(KEY, at(4))]


def test_nor_does_one_that_was_asked_for_an_earlier_attempt():
    story = dossier(asked(MONDAY), opinion(at(2, "10:00")), asked(at(3), attempt=2), due=LATE).when(now=at(20))
    assert missed(story) == [("consultation:check#2@H29.11", at(4))]


def test_the_end_of_the_step_or_of_the_dossier_ends_it():
    assert missed(asking(step_done(at(3, "10:00"))).when(now=at(20))) == []
    assert missed(asking(completed(at(3, "10:00"))).when(now=at(20))) == []


def test_an_opinion_that_was_asked_for_when_the_step_was_done_is_owed_by_nobody():
    told_late = step_done(at(2, "10:00"))
    assert missed(asking(told_late).when(now=at(20))) == []
    story = asking().when(now=at(4) + INSTANT).when(told_late, now=at(5))
    assert [one.deadline for one in story.says(DossierOverdueRetracted)] == [KEY]
    assert missed(asking(told_late, completed(at(27, "15:00"))).when(now=at(28))) == []


def test_the_main_clock_goes_on():
    assert asking().state.deadlines[0].due == LATE


def test_by_a_rule_the_main_clock_stands_until_the_opinion_comes():
    story = given(ruled(waits={"consultation": "pauses"}), received(MONDAY, appointment=at(5, "09:00")), asked(at(3)))
    assert story.state.deadlines[0].due is None
    story = story.when(opinion(at(4)))
    assert story.state.deadlines[0].due == at(6, "09:00")


def test_a_second_question_to_the_same_agency_begins_when_the_first_was_answered():
    story = asking(opinion(at(3, "10:00")), asked(at(9), limit="4 working-hours")).when(now=at(20))
    assert missed(story) == [(KEY, at(9, "13:30"))]


def test_codes_that_are_too_long_for_a_key_are_named_by_their_own():
    long = asked(at(3)).data.model_copy(update={"agency": "X" * 120, "step": "s" * 120, "consultation": "c-1"})
    story = dossier(asked(at(3)).model_copy(update={"data": long}), due=LATE)
    assert story.state.deadlines[-1].key == "consultation:c-1"


def test_who_asks_is_remembered():
    assert asking().state.deadlines[-1].sender == CHECKER
