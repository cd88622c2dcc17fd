"""The deadlines of steps: when they begin and end, and that they are not the dossier's."""

import pytest

from chassis.core.decision import Timer
from tests.given import at
from tests.unit.sla.telling import (
    CHECKER,
    INSTANT,
    MONDAY,
    SOON,
    UNIT,
    completed,
    dossier,
    escalated,
    explanation,
    missed,
    overdue,
    says,
    soon,
    step_done,
    transferred,
)
from tests.unit.sla.test_deadlines import SECOND


def test_a_step_has_a_deadline_and_a_short_ladder_of_its_own():
    story = dossier(transferred(MONDAY, deadline=at(3, "09:00")))
    assert story.timer == Timer(at(2, "14:30") + SECOND)
    story = story.when(now=at(3, "09:00")).then(soon("step:check#1", at(3, "09:00"), CHECKER))
    assert story.said[0].time == at(2, "14:30")
    says(
        story.when(now=at(3, "09:00") + INSTANT),
        overdue("step:check#1", at(3, "09:00"), CHECKER),
        explanation(at(5, "09:00"), "step:check#1", CHECKER, at(3, "09:00")),
        escalated("one-stop-head", UNIT, "step:check#1", at(3, "09:00"), CHECKER),
    )


def test_a_late_step_does_not_make_the_dossier_late():
    story = dossier(transferred(MONDAY, deadline=at(3))).when(now=at(3, "10:00"))
    assert missed(story) == [("step:check#1", at(3))]
    assert not story.state.overdue


def test_a_step_done_at_its_due_moment_is_on_time():
    dossier(transferred(MONDAY, deadline=at(2, "11:00")), step_done(at(2, "11:00"))).when(now=SOON).then()


def test_a_step_on_a_free_route_has_no_deadline():
    dossier(transferred(MONDAY, "free", 2)).when(now=SOON).then()


@pytest.mark.parametrize("movement", ["return", "forward"])
def test_a_return_or_a_forward_ends_the_old_attempts_deadline_and_begins_the_new_ones(movement):
    story = dossier(
        transferred(MONDAY, deadline=at(3, "09:00")),
        transferred(
            at(3),
            "check" if movement == "forward" else "forward",
            2,
            to="H29.77",
            deadline=at(3, "11:00"),
            movement=movement,
            ended=("check", 1),
        ),
    ).when(now=at(3, "11:00") + INSTANT)
    new = "step:check#2" if movement == "forward" else "step:forward#2"
    assert missed(story) == [(new, at(3, "11:00"))]


def test_a_second_attempt_is_not_done_because_the_first_was():
    story = dossier(
        transferred(MONDAY, deadline=at(3)),
        step_done(at(2, "10:00")),
        transferred(at(2, "11:00"), attempt=2, deadline=at(3, "11:00")),
    ).when(now=SOON)
    assert missed(story) == [("step:check#2", at(3, "11:00"))]


def test_the_end_of_the_dossier_ends_every_step():
    story = dossier(transferred(MONDAY, deadline=at(3)), completed(at(2, "16:00"))).when(now=at(30))
    assert story.then().timer is None


def test_several_deadlines_share_one_timer_the_next():
    story = dossier(transferred(MONDAY, "a", deadline=at(4)), transferred(MONDAY, "b", deadline=at(3)))
    assert story.timer == Timer(at(2, "13:30") + SECOND)
