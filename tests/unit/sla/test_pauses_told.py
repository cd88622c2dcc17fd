"""The citizen is told the date that follows from a pause, once for each pause that moved it."""

import pytest

from contracts.sla import DossierRescheduled
from tests.given import CODE, at, given, received
from tests.unit.sla.telling import (
    CHECKER,
    DUE,
    MONDAY,
    asked,
    changed,
    completed,
    dossier,
    opinion,
    resumed,
    ruled,
    suspended,
)

NEVER = at(31)
PAID = resumed(at(4))
LATER = at(6, "09:00")
"""The due moment after a whole day of waiting, Tuesday at eight to Wednesday at eight."""


def told(story):
    return [
        (one.waited_for, one.old_date, one.new_date) for one in story.says(DossierRescheduled) if one.kind != "late"
    ]


def test_when_the_clock_runs_again_the_new_date_is_said_with_its_cause_and_working_out():
    story = dossier(suspended(at(3))).when(PAID)
    (moved,) = story.says(DossierRescheduled)
    assert (moved.kind, moved.waited_for, moved.old_date, moved.new_date) == ("pause", "payment", DUE, LATER)
    assert (moved.cause, moved.cause_en) == ("Đã nhận được khoản nộp", "The payment was received")
    assert moved.agency == CHECKER
    assert (moved.signer, moved.officer, moved.in_person, moved.overdue_id) == (None, None, False, "")
    said = story.event(DossierRescheduled)
    assert (said.time, said.causationid, said.subject) == (at(4), PAID.id, CODE)
    assert moved.working_out.en[-1] == "Due: 09:00 on 2026-03-06"
    story.when(PAID, now=at(5)).then()


@pytest.mark.parametrize(
    ("cause", "due"), [("supplement", at(9, "08:00")), ("payment", LATER), ("force-majeure", LATER)]
)
def test_every_cause_that_moves_the_date_is_told(cause, due):
    assert told(dossier(suspended(at(3), cause)).when(resumed(at(4), cause))) == [(cause, DUE, due)]


def test_while_somebody_is_waited_for_no_date_is_told():
    dossier(suspended(at(3))).when(now=at(4)).then()


@pytest.mark.parametrize(
    ("since", "until"),
    [(at(3, "12:00"), at(3, "12:30")), (at(3, "18:00"), at(4, "06:00")), (at(1), MONDAY)],
)
def test_a_pause_that_moves_nothing_is_not_told(since, until):
    assert told(dossier().when(suspended(since), resumed(until))) == []


def test_an_opinion_is_told_only_where_by_rule_it_makes_the_clock_stand():
    question, answer = asked(at(3)), opinion(at(4))
    assert told(dossier(question).when(answer)) == []
    pausing = given(ruled(waits={"consultation": "pauses"}), received(MONDAY, appointment=DUE), question)
    story = pausing.when(answer)
    assert told(story) == [("consultation", DUE, LATER)]
    assert story.event(DossierRescheduled).causationid == answer.id


def test_two_pauses_are_told_one_after_the_other():
    first, second = (suspended(at(3)), PAID), (suspended(at(5), "force-majeure"), resumed(at(6), "force-majeure"))
    both = [("payment", DUE, LATER), ("force-majeure", LATER, at(9, "09:00"))]
    assert told(dossier().when(*first, *second)) == both
    assert told(dossier(*first).when(*second)) == both[1:]


def test_a_day_off_announced_while_the_clock_stands_is_told_with_the_pause():
    story = dossier(suspended(at(3, "09:00"))).when(changed(at(3, "10:00"), ("2026-03-05", ()))).then()
    assert told(story.when(resumed(at(4, "09:00")))) == [("payment", DUE, at(9, "09:00"))]


def test_an_earlier_pause_that_is_heard_of_late_tells_the_dates_that_hold_since():
    """Friday was told; the storm before it, reported later, makes it Monday: both causes say their date."""
    story = dossier().when(suspended(at(4)), resumed(at(5)))
    assert told(story) == [("payment", DUE, LATER)]
    storm = suspended(at(2, "10:00"), "force-majeure"), resumed(at(3, "10:00"), "force-majeure")
    assert told(story.when(*storm)) == [("force-majeure", DUE, LATER), ("payment", LATER, at(9, "09:00"))]
    story.when(*storm).when(now=at(5)).then()


def test_a_pause_heard_of_late_that_changes_no_other_date_says_nothing_of_the_others():
    """A supplement restarts the budget, whatever was waited for before."""
    supplemented = suspended(at(4), "supplement"), resumed(at(5), "supplement")
    story = dossier().when(*supplemented)
    (first,) = told(story)
    lunch = suspended(at(3, "09:00")), resumed(at(3, "10:00"))
    assert told(story.when(*lunch)) == [("payment", DUE, at(5, "10:00"))]
    assert max(one.new_date for one in story.when(*lunch).ever(DossierRescheduled)) == first[2]


def test_after_the_end_no_date_is_moved():
    assert told(dossier(suspended(at(3)), completed(at(3, "10:00"))).when(PAID)) == []


def test_lateness_by_the_moved_date_gets_its_form_04_once():
    story = dossier(suspended(at(3)), PAID).when(now=NEVER)
    assert [(one.kind, one.old_date) for one in story.ever(DossierRescheduled)] == [("pause", DUE), ("late", LATER)]
