from datetime import timedelta

import pytest

from chassis.core.decision import Timer
from contracts.sla import DossierDueSoon, DossierOverdue, DossierOverdueRetracted, ExplanationRequired
from tests.given import at
from tests.unit.sla.telling import (
    DUE,
    INSTANT,
    MONDAY,
    SOON,
    completed,
    dossier,
    missed,
    resumed,
    says,
    step_done,
    suspended,
    transferred,
    withdrawn,
)

NEVER = at(31)


@pytest.mark.parametrize(
    ("since", "until", "due"),
    [
        (at(3), at(4), at(6, "09:00")),
        (at(3), at(3, "10:00"), at(5, "11:00")),
        (at(3, "16:00"), at(4, "08:30"), at(5, "11:00")),
        (at(4), at(6), at(9, "09:00")),
        (at(3, "12:00"), at(3, "12:30"), DUE),
        (at(3, "18:00"), at(4, "06:00"), DUE),
        (DUE, at(6), DUE),
        (at(6), at(9), DUE),
        (at(1), MONDAY, DUE),
        (at(1), at(2, "10:00"), at(5, "10:00")),
    ],
)
def test_a_pause_moves_the_due_moment_by_the_working_time_that_was_left(since, until, due):
    story = dossier(suspended(since), resumed(until)).when(now=NEVER)
    assert [one.due for one in story.ever(DossierOverdue) if one.deadline == "dossier"] == [due]


def test_it_is_the_same_lateness_however_its_date_came_about():
    promised = dossier(due=at(6, "09:00")).when(now=at(7))
    moved = dossier(suspended(at(3)), resumed(at(4))).when(now=at(7))
    assert promised.event(DossierOverdue).id == moved.event(DossierOverdue).id


def test_several_pauses_add_up():
    waits = (suspended(at(3)), resumed(at(4)), suspended(at(5), "force-majeure"), resumed(at(6), "force-majeure"))
    story = dossier(*waits).when(now=NEVER)
    assert missed(story) == [("dossier", at(9, "09:00"))]


def test_a_pause_moves_the_steps_deadlines_too_but_not_of_steps_that_begin_later():
    story = dossier(
        transferred(MONDAY, "check", deadline=at(3, "10:00")),
        suspended(at(3)),
        resumed(at(4)),
        transferred(at(4), "sign", deadline=at(4, "10:00")),
    ).when(now=at(4, "17:00"))
    assert sorted(missed(story)) == [("step:check#1", at(4, "10:00")), ("step:sign#1", at(4, "10:00"))]


def test_a_standing_pause_says_nothing():
    story = dossier(transferred(MONDAY, deadline=at(4)), suspended(at(3, "07:30"))).when(now=NEVER)
    assert story.then().timer is None


def test_a_pause_that_begins_after_the_due_moment_excuses_nothing():
    assert missed(dossier().when(suspended(DUE + INSTANT))) == [("dossier", DUE)]


def test_a_resumed_dossier_is_watched_again():
    story = dossier(suspended(at(3))).when(resumed(at(5)))
    assert story.timer == Timer(at(6, "09:00") + timedelta(seconds=1))
    assert [(one.due, one.deadline) for one in story.when(now=NEVER).says(DossierDueSoon)] == [
        (at(9, "09:00"), "dossier")
    ]


def test_a_resumption_of_another_cause_ends_no_pause():
    dossier(suspended(at(3)), resumed(at(4), "supplement")).when(now=NEVER).then()


def test_a_pause_that_ends_as_it_begins_is_no_pause():
    for minute in range(10):
        moment = at(3, f"10:{minute:02}")
        assert missed(dossier(suspended(moment), resumed(moment)).when(now=NEVER)) == [("dossier", DUE)]


def test_of_a_pause_and_another_that_begins_as_it_ends_the_second_stands():
    for minute in range(10):
        moment = at(3, f"10:{minute:02}")
        story = dossier(suspended(at(3)), resumed(moment), suspended(moment))
        story.when(now=NEVER).then()


@pytest.mark.parametrize("due", [at(7, "10:00"), at(8), at(9, "07:30"), at(9, "00:00"), at(9, "07:30") + INSTANT])
def test_a_pause_without_working_time_leaves_an_appointment_outside_office_hours_alone(due):
    story = dossier(suspended(at(6, "18:00")), resumed(at(6, "19:00")), due=due).when(now=NEVER)
    assert missed(story) == [("dossier", due)]


def test_a_pause_heard_of_late_that_moves_nothing_says_nothing():
    story = dossier().when(now=at(6)).when(suspended(at(3, "18:00")), resumed(at(4, "06:00")), now=at(6))
    assert story.then().state.overdue


def test_lateness_is_retracted_when_a_pause_is_heard_of_late():
    story = dossier().when(now=DUE + INSTANT)
    late = story.event(DossierOverdue)
    story = story.when(suspended(at(4)))
    story.then(DossierOverdueRetracted(deadline="dossier", due=DUE, overdue_id=late.id))
    assert (story.said[0].time, story.said[0].causationid) == (DUE, late.id)
    assert not story.state.overdue


def test_what_was_late_by_the_old_date_can_be_late_by_the_new_one():
    story = dossier().when(now=DUE + INSTANT).when(suspended(at(4)), resumed(at(5)))
    assert (missed(story), len(story.says(DossierOverdueRetracted))) == ([], 1)
    story = story.when(now=NEVER)
    assert missed(story) == [("dossier", at(6, "09:00"))]
    assert [one.due for one in story.says(ExplanationRequired)] == [at(6, "09:00"), at(11, "09:00")]
    assert story.state.overdue


def test_lateness_is_raised_again_with_another_id_when_the_old_date_holds_after_all():
    story = dossier().when(now=DUE + INSTANT)
    first = story.event(DossierOverdue)
    story = story.when(suspended(at(4, "18:00")))
    assert story.says(DossierOverdueRetracted)
    assert not story.state.overdue
    story = story.when(resumed(at(4, "19:00")), now=at(6))
    again = story.event(DossierOverdue)
    assert (again.data.due, again.id != first.id) == (DUE, True)
    assert story.state.overdue
    story.when(now=at(6)).then()


@pytest.mark.parametrize("end", [completed, withdrawn])
@pytest.mark.parametrize("minute", range(8))
def test_lateness_is_retracted_when_a_timely_end_is_heard_of_late(end, minute):
    due = at(5, f"09:{minute:02}")
    story = dossier(due=due).when(now=at(6))
    late = story.event(DossierOverdue)
    story = story.when(end(due))
    says(story, DossierOverdueRetracted(deadline="dossier", due=due, overdue_id=late.id))
    assert not story.state.overdue
    says(story.when(now=NEVER))


def test_a_steps_lateness_is_retracted_alone():
    story = dossier(transferred(MONDAY, deadline=at(3))).when(now=NEVER)
    story = story.when(step_done(at(3)))
    (retraction,) = story.said_data
    assert retraction.deadline == "step:check#1"
    assert story.state.overdue


def test_a_late_end_retracts_nothing():
    dossier().when(now=DUE + INSTANT).when(completed(DUE + INSTANT)).then()


@pytest.mark.parametrize("moment", [SOON, DUE])
def test_lateness_is_not_retracted_by_what_else_happened(moment):
    """The loop decides by the dossier's own present, which may be the due moment itself."""
    story = dossier(transferred(MONDAY, deadline=at(9))).when(now=DUE + INSTANT)
    assert missed(story) == [("dossier", DUE)]
    story = story.when(step_done(moment))
    assert DossierOverdueRetracted not in map(type, story.said_data)
    assert story.state.overdue
