"""A complaint or suggestion (phản ánh, kiến nghị) is answered within the limit of its category, by the same ladder."""

from contracts.rating import FeedbackAnswered, FeedbackSubmitted
from contracts.sla import DossierDueSoon, DossierOverdue, DossierRescheduled, ExplanationRequired
from tests.given import at, fact, given
from tests.unit.sla.telling import INSTANT, MONDAY, SLA, rungs

ID = "feedback-00000001"
NEVER = at(31)


def complaint(limit="2 working-hours", time=MONDAY):
    data = FeedbackSubmitted(category="attitude", agency="H29.05", text_ref="ref-1", limit=limit)
    return fact(data, time, subject=ID)


def answered(moment, told=None):
    return fact(FeedbackAnswered(feedback_id=ID, agency="H29.05", answered_at=moment), told or moment, subject=ID)


def test_it_is_due_two_working_hours_after_it_came():
    story = given(SLA, complaint()).when(now=at(2, "11:00")).then()
    story = story.when(now=at(2, "11:00") + INSTANT)
    (late,) = story.says(DossierOverdue)
    assert (late.deadline, late.due, late.agency) == ("feedback", at(2, "11:00"), "H29.05")
    assert late.working_out.en[0] == "Counted from 09:00 on 2026-03-02; limit: 2 working hours"
    assert (story.state.kind, story.state.overdue, story.state.phase) == ("feedback", True, "open")


def test_it_climbs_the_ladder_and_has_neither_form_04_nor_explanation():
    story = given(SLA, complaint()).when(now=NEVER)
    assert rungs(story, deadline="feedback") == [
        ("one-stop-head", "H29.05", at(2, "11:00")),
        ("agency-head", "H29.05", at(3, "11:00")),
        ("level-above", "H29", at(5, "11:00")),
    ]
    assert story.ever(ExplanationRequired) == story.ever(DossierRescheduled) == []


def test_an_answer_in_time_ends_it_however_late_it_is_told():
    story = given(SLA, complaint("5 working-days"), answered(at(3), told=at(20))).when(now=NEVER)
    assert story.ever(DossierOverdue) == []
    assert (story.state.phase, story.state.outcome, story.state.deadlines[0].verdict) == ("ended", "answered", "early")


def test_a_long_one_is_warned_of():
    story = given(SLA, complaint("5 working-days")).when(now=at(9, "07:30"))
    assert [one.deadline for one in story.ever(DossierDueSoon)] == ["feedback"]


def test_without_a_limit_it_is_not_watched():
    for limit in ("", "soon", "-3 working-days"):
        assert given(SLA, complaint(limit)).when(now=NEVER).then().timer is None
