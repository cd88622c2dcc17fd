"""An announcement can be taken back: dates are then as if it had never been, where they can still be kept."""

from datetime import timedelta

import pytest

from contracts.calendar_changes import CalendarRetracted
from contracts.rating import FeedbackAnswered
from contracts.sla import DossierEscalated, DossierOverdue, DossierRescheduled
from domain.worktime.announced import exceptional
from tests.given import CODE, at, fact, given
from tests.unit.sla.telling import (
    DUE,
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
from tests.unit.sla.test_calendar_changes import STORM
from tests.unit.sla.test_complaints import ID, complaint
from tools.operations.announcing import Announcement, Retraction

MOVED = at(6, "09:00")
CLEAR = at(3, "15:00")
"""The storm turned away; the warning of the date before it still lies ahead: DUE is on the 5th at nine."""


def retracted(time, announcement=STORM, source=None, **envelope):
    data = CalendarRetracted(calendar="office", announcement=announcement.id, reason="Bão tan")
    return fact(data, time, source=source or announcement.source, **envelope)


def test_a_date_that_can_still_be_kept_holds_again_and_is_told():
    story = dossier().when(STORM).when(retracted(CLEAR))
    (told,) = story.says(DossierRescheduled)
    assert (told.old_date, told.new_date, told.kind, told.taken_back, told.cause) == (
        MOVED,
        DUE,
        "calendar",
        True,
        "Bão tan",
    )
    assert story.event(DossierRescheduled).time == CLEAR
    assert "2026-03-04" not in "".join(line for line in told.working_out.en if "Not counted" in line)
    assert missed(story.when(now=at(31))) == [("dossier", DUE)]


def test_a_date_that_came_too_near_while_the_announcement_held_stays_as_it_was_moved():
    story = dossier().when(STORM).when(retracted(at(4, "09:01"))).then()
    assert story.state.deadlines[0].due == MOVED
    assert missed(story.when(now=at(31))) == [("dossier", MOVED)]


def test_nobody_becomes_late_by_what_is_taken_back_when_all_is_over():
    story = dossier(STORM, completed(at(5, "16:00"))).when(retracted(at(6)), now=at(31)).then()
    assert story.state.deadlines[0].verdict == "early"
    assert missed(story) == []


def test_it_does_not_matter_which_is_read_first():
    told = retracted(CLEAR)
    assert dossier(told, STORM).when(now=at(31)).state.deadlines[0].due == DUE
    story = dossier().when(told).then().when(STORM)
    assert [one.new_date for one in story.ever(DossierRescheduled)] == [MOVED, DUE]


def test_what_is_taken_back_twice_is_taken_back_once():
    story = dossier().when(STORM).when(retracted(CLEAR))
    story.when(retracted(at(3, "15:30"))).then()


@pytest.mark.parametrize(
    "told",
    [
        retracted(CLEAR, announcement=completed(at(4))),
        retracted(CLEAR, source="/calendar/elsewhere"),
        retracted(CLEAR, source="/agency/H29.05"),
    ],
    ids=["of what nobody announced", "by another keeper", "by an agency"],
)
def test_a_retraction_that_is_unknown_or_forged_changes_nothing(told):
    story = dossier().when(STORM).when(told).then()
    assert story.state.deadlines[0].due == MOVED


def test_what_else_was_announced_still_holds():
    other = changed(at(3, "09:00"), ("2026-03-05", ()), reason="Lễ")
    story = dossier().when(STORM).when(other).when(retracted(CLEAR))
    assert [one.new_date for one in story.says(DossierRescheduled)] == [MOVED]


def test_steps_that_began_later_go_by_the_calendar_as_if_it_had_never_been_announced():
    story = dossier(STORM, retracted(CLEAR)).when(
        transferred(at(3, "16:00"), deadline=at(4, "16:00"), limit="1 working-days")
    )
    assert story.state.deadlines[1].due == at(4, "16:00")
    story = story.when(step_done(at(4, "16:01")), now=at(4, "17:00"))
    assert missed(story) == [("step:check#1", at(4, "16:00"))]


def test_a_pause_that_ends_later_knows_nothing_of_what_was_taken_back():
    story = dossier(STORM, suspended(at(3, "09:00")), retracted(at(3, "10:00")))
    assert story.when(resumed(at(4, "09:00"))).state.deadlines[0].due == at(6, "09:00")


def test_the_command_takes_back_every_announcement_of_a_day_once():
    story = dossier()
    for reason in ("Bão", "Bão giả"):
        day = [exceptional(one) for one in STORM.data.days]
        story = story.when(*Announcement("office", day, reason, at(3)).events_for(CODE, SLA.dump(story.state)))
    clear = Retraction("office", at(4).date(), "Bão tan", CLEAR)
    events = clear.events_for(CODE, SLA.dump(story.state))
    assert [one.source for one in events] == ["/calendar/office"] * 2
    story = story.when(*events)
    assert story.state.deadlines[0].due == DUE
    assert clear.events_for(CODE, SLA.dump(story.state)) == []
    assert Retraction("office", at(5).date(), "", CLEAR).events_for(CODE, SLA.dump(story.state)) == []
    assert Retraction("other", at(4).date(), "", CLEAR).events_for(CODE, SLA.dump(story.state)) == []


def promised(limit, time, due):
    """A complaint as rating's edge says it: with the date that its citizen was told."""
    born = complaint(limit, time)
    return born.model_copy(update={"data": born.data.model_copy(update={"due": due})})


def test_a_day_off_moves_a_complaint_by_the_same_rule():
    story = given(SLA, promised("1 working-days", at(2, "16:00"), at(3, "16:00")))
    day = [exceptional(one) for one in changed(at(3), ("2026-03-03", ())).data.days]
    events = Announcement("office", day, "Bão số 1", at(2, "17:00")).events_for(ID, SLA.dump(story.state))
    assert [one.subject for one in events] == [ID]
    story = story.when(*events)
    (told,) = story.says(DossierRescheduled)
    assert (told.deadline, told.old_date, told.new_date) == ("feedback", at(3, "16:00"), at(4, "16:00"))
    shut = story.when(now=at(4, "07:30"))
    assert shut.ever(DossierOverdue) == shut.ever(DossierEscalated) == []
    assert [one.due for one in shut.when(now=at(31)).ever(DossierOverdue)] == [at(4, "16:00")]


def test_an_answer_while_the_offices_were_shut_is_in_time():
    story = given(SLA, complaint("1 working-days", at(2, "16:00"))).when(
        changed(at(2, "17:00"), ("2026-03-03", ())).model_copy(update={"subject": ID})
    )
    answer = fact(FeedbackAnswered(feedback_id=ID, agency="H29.05", answered_at=at(4, "15:59")), at(4), subject=ID)
    story = story.when(answer, now=at(4) + timedelta(days=9))
    assert story.ever(DossierOverdue) == []
    assert story.state.deadlines[0].verdict == "on-time"
