"""Another agency is asked for its opinion (lấy ý kiến): a deadline of its own, while the main clock goes on."""

from itertools import permutations

import pytest

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

KEY = "consultation:question-H29.11-1"
AGAIN = "consultation:again-H29.11-1"
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
    assert missed(story) == [("consultation:question-H29.11-2", at(4))]


def test_the_end_of_the_step_or_of_the_dossier_ends_it():
    assert missed(asking(step_done(at(3, "10:00"))).when(now=at(20))) == []
    assert missed(asking(completed(at(3, "10:00"))).when(now=at(20))) == []


def test_an_opinion_that_was_asked_for_when_the_step_was_done_is_owed_by_nobody():
    told_late = step_done(at(2, "10:00"))
    assert missed(asking(told_late).when(now=at(20))) == []
    story = asking().when(now=at(4) + INSTANT).when(told_late, now=at(5))
    assert [one.deadline for one in story.says(DossierOverdueRetracted)] == [KEY]
    assert missed(asking(told_late, completed(at(27, "15:00"))).when(now=at(28))) == []


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_nor_is_one_whose_step_began_and_ended_at_the_moment_of_the_question_in_whatever_order_that_is_read(order):
    moment = at(3)
    facts = (transferred(moment), asked(moment), step_done(moment))
    told = [one.model_copy(update={"source": f"/{place}"}) for one, place in zip(facts, order, strict=True)]
    assert missed(dossier(*told, due=LATE).when(now=at(20))) == []


def test_the_main_clock_goes_on():
    assert asking().state.deadlines[0].due == LATE


def test_by_a_rule_the_main_clock_stands_until_the_opinion_comes():
    story = given(ruled(waits={"consultation": "pauses"}), received(MONDAY, appointment=at(5, "09:00")), asked(at(3)))
    assert story.state.deadlines[0].due is None
    story = story.when(opinion(at(4)))
    assert story.state.deadlines[0].due == at(6, "09:00")


def asked_again(limit="1 working-days"):
    return asked(at(9), limit=limit, name="again")


def silences(story):
    return [(one.deadline, one.due) for one in story.ever(DossierOverdue)]


def test_a_second_question_to_the_same_agency_has_a_deadline_of_its_own():
    story = asking(opinion(at(3, "10:00")), asked_again("4 working-hours")).when(now=at(20))
    assert missed(story) == [(AGAIN, at(9, "13:30"))]


def test_silence_stays_true_when_the_same_agency_is_asked_again():
    story = asking(opinion(at(5))).when(now=at(6)).when(asked_again(), now=at(20))
    assert story.ever(DossierOverdueRetracted) == []
    assert silences(story) == [(KEY, at(4)), (AGAIN, at(10))]


def test_who_is_asked_twice_owes_both_opinions():
    assert silences(asking(asked_again()).when(now=at(20))) == [(KEY, at(4)), (AGAIN, at(10))]
    assert silences(asking(asked_again(), opinion(at(4))).when(now=at(20))) == [(AGAIN, at(10))]
    assert silences(asking(asked_again(), step_done(at(9, "10:00"))).when(now=at(20))) == [(KEY, at(4))]


def test_a_first_question_that_is_heard_of_late_changes_nothing_for_the_second():
    story = dossier(transferred(MONDAY), asked_again(), due=LATE).when(now=at(11)).when(asked(at(3)), now=at(20))
    assert story.ever(DossierOverdueRetracted) == []
    assert silences(story) == [(KEY, at(4)), (AGAIN, at(10))]


def test_the_longest_name_of_a_question_makes_a_key():
    story = asking(asked(at(3), "X" * 60, name="q" * 57)).when(now=at(5))
    assert max(len(one.deadline) for one in story.ever(DossierOverdue)) == len("consultation:") + 120


def test_who_asks_is_remembered():
    assert asking().state.deadlines[-1].sender == CHECKER
