"""A calendar that changes moves every open date, and says so; it never brings one forward."""

import pytest

from contracts.calendar_changes import ChangedDay
from contracts.sla import DossierOverdueRetracted, DossierRescheduled
from tests.given import CODE, at, given
from tests.unit.sla.telling import (
    COMPETENT,
    DUE,
    INSTANT,
    MONDAY,
    SLA,
    changed,
    completed,
    dossier,
    missed,
    resumed,
    step_done,
    suspended,
    transferred,
)

NEVER = at(31)
OFF, WORKED = (), ("07:30-11:30", "13:00-17:00")
STORM = changed(at(3), ("2026-03-04", OFF))
"""Wednesday is off, in the middle of the time."""


def test_a_day_off_moves_the_date_and_says_so():
    story = dossier().when(STORM)
    (moved,) = story.says(DossierRescheduled)
    assert (moved.kind, moved.old_date, moved.new_date) == ("calendar", DUE, at(6, "09:00"))
    assert (moved.cause, moved.agency, moved.signer, moved.overdue_id) == ("Bão số 1", COMPETENT, None, "")
    assert (story.said[0].time, story.said[0].causationid, story.said[0].subject) == (at(3), STORM.id, CODE)
    assert "Not counted, 2026-03-04: Storm" in moved.working_out.en
    assert missed(story.when(now=at(5, "17:00"))) == []
    assert missed(story.when(now=NEVER)) == [("dossier", at(6, "09:00"))]


def test_what_is_said_once_is_not_said_again():
    dossier().when(STORM).when(STORM, now=at(4)).then()


@pytest.mark.parametrize("day", ["2026-03-01", "2026-03-06", "2026-03-07"])
def test_a_day_outside_its_time_moves_nothing(day):
    story = dossier().when(changed(at(3), (day, OFF)))
    assert story.says(DossierRescheduled) == []


def test_a_make_up_day_alone_brings_no_date_forward():
    story = dossier(due=at(9, "09:00")).when(changed(at(3), ("2026-03-07", WORKED)))
    assert story.then().state.deadlines[0].due == at(9, "09:00")


def test_a_day_off_that_is_made_up_in_time_moves_it_no_more_than_it_must():
    story = dossier().when(changed(at(3), ("2026-03-05", OFF), ("2026-03-07", WORKED)))
    assert [one.new_date for one in story.says(DossierRescheduled)] == [at(6, "09:00")]


def test_a_day_off_that_is_taken_back_moves_nothing_back():
    story = dossier().when(STORM).when(changed(at(3, "15:00"), ("2026-03-04", WORKED), reason="Bão tan"))
    assert story.then().state.deadlines[0].due == at(6, "09:00")


def test_two_days_off_add_up():
    story = dossier().when(STORM).when(changed(at(5), ("2026-03-05", OFF)))
    assert [one.new_date for one in story.ever(DossierRescheduled)] == [at(6, "09:00"), at(9, "09:00")]


def test_a_day_off_announced_afterwards_retracts_lateness():
    story = dossier().when(now=DUE + INSTANT).when(changed(at(6), ("2026-03-05", OFF)), now=at(6))
    assert len(story.says(DossierOverdueRetracted)) == 1
    assert missed(story.when(now=NEVER)) == [("dossier", at(6, "09:00"))]


def test_steps_move_silently_with_it():
    story = dossier(transferred(at(3), deadline=at(4), limit="1 working-days")).when(STORM)
    assert len(story.says(DossierRescheduled)) == 1
    assert missed(story.when(now=at(5))) == []
    assert missed(story.when(now=at(5) + INSTANT)) == [("step:check#1", at(5))]


def test_a_step_that_was_late_only_because_of_the_storm_was_not_late():
    late = dossier(transferred(at(3), deadline=at(4), limit="1 working-days"), step_done(at(4, "15:00"))).when(
        now=at(5)
    )
    assert missed(late) == []
    story = late.when(changed(at(5), ("2026-03-04", OFF)), now=at(5))
    assert [one.deadline for one in story.says(DossierOverdueRetracted)] == ["step:check#1"]
    assert story.state.deadlines[1].verdict == "early"


def test_an_ended_dossier_has_no_date_to_move():
    assert dossier(completed(at(4))).when(changed(at(4, "09:00"), ("2026-03-04", OFF))).says(DossierRescheduled) == []


def test_while_the_clock_stands_there_is_no_date_to_move_but_it_counts_when_it_runs_again():
    story = dossier(suspended(at(3, "09:00"))).when(changed(at(3, "10:00"), ("2026-03-05", OFF))).then()
    story = story.when(resumed(at(4, "09:00")))
    assert story.state.deadlines[0].due == at(9, "09:00")


def test_a_date_without_a_limit_stays_as_it_was_promised():
    born = dossier().record[0]
    historic = born.model_copy(update={"data": born.data.model_copy(update={"limit": ""})})
    assert given(SLA, historic).when(STORM).then().state.deadlines[0].due == DUE


def test_hours_out_of_order_are_refused():
    with pytest.raises(ValueError, match="morning before afternoon"):
        ChangedDay.model_validate({"on": "2026-03-04", "hours": WORKED[::-1], "vi": "a", "en": "b"})


def test_a_day_that_is_worked_in_the_morning_only():
    story = dossier(transferred(MONDAY)).when(changed(MONDAY, ("2026-03-03", ("07:30-11:30",))))
    assert story.state.deadlines[0].due == at(5, "14:30")
