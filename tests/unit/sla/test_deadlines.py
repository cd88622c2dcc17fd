"""A dossier's own deadline: the warning, the moment it is missed, and the ladder."""

from datetime import timedelta

import pytest

from chassis.core.decision import Timer
from contracts.sla import DossierDueSoon, DossierEscalated, DossierOverdue, ExplanationRequired
from services.sla.decide import Rules
from services.sla.service import service
from tests.given import CODE, OFFICE, SUBMISSION, at, given, received
from tests.unit.sla.telling import (
    COMPETENT,
    DUE,
    INSTANT,
    MONDAY,
    SLA,
    SOON,
    UNIT,
    completed,
    dossier,
    escalated,
    explained,
    explanation,
    missed,
    overdue,
    ruled,
    rungs,
    says,
    soon,
    transferred,
    withdrawn,
)

SECOND = timedelta(seconds=1)


def test_a_new_dossier_is_watched_and_nothing_is_said():
    story = dossier().then()
    assert (story.state.phase, story.state.overdue) == ("open", False)
    assert story.timer == Timer(SOON + SECOND)


def test_a_dossier_is_due_soon_a_working_day_before_and_not_earlier():
    story = dossier().when(now=SOON).then()
    story = story.when(now=SOON + INSTANT).then(soon())
    assert (story.said[0].time, story.said[0].subject, story.said[0].correlationid) == (SOON, CODE, SUBMISSION)
    assert story.said[0].causationid == received(MONDAY).id
    assert story.state.due_soon
    story.when(now=DUE).then()


def test_a_dossier_may_come_with_a_warning_time_of_its_own():
    early = given(SLA, received(MONDAY, appointment=DUE, due_soon="2 working-days"))
    assert early.timer == Timer(at(3, "09:00") + SECOND)


def test_a_dossier_shorter_than_the_warning_is_not_warned_of():
    assert dossier(due=at(3, "08:00")).when(now=at(3, "08:00")).then().timer == Timer(at(3, "08:00") + SECOND)


def test_a_deadline_is_missed_when_its_moment_has_passed_not_when_it_comes():
    story = dossier().when(now=SOON + INSTANT).when(now=DUE)
    assert missed(story) == []
    story = story.when(now=DUE + INSTANT)
    says(story, overdue(), explanation(at(9, "09:00")), escalated("one-stop-head", UNIT))
    assert {one.time for one in story.said} == {DUE}
    assert story.state.overdue


def test_what_follows_from_lateness_names_it_as_the_cause():
    story = dossier().when(now=DUE + INSTANT)
    late = story.event(DossierOverdue)
    assert story.event(ExplanationRequired).causationid == late.id
    assert story.event(DossierEscalated).causationid == late.id


@pytest.mark.parametrize("hours", [0, 1, 500])
def test_it_does_not_matter_how_late_the_watch_wakes(hours):
    said = dossier().when(now=DUE + INSTANT + timedelta(hours=hours)).said
    moments = {type(one.data): one.time for one in sorted(said, key=SLA.placed, reverse=True)}
    assert (moments[DossierDueSoon], moments[DossierOverdue]) == (SOON, DUE)


@pytest.mark.parametrize("end", [completed, withdrawn])
def test_what_ends_at_the_due_moment_is_on_time(end):
    story = dossier(end(DUE)).when(now=at(30))
    assert story.then().ever(DossierOverdue) == []
    assert (story.state.phase, story.timer) == ("ended", None)


@pytest.mark.parametrize("end", [completed, withdrawn])
def test_what_ended_late_is_overdue_though_nobody_looked_in_between(end):
    story = dossier().when(end(DUE + INSTANT))
    assert missed(story) == [("dossier", DUE)]
    assert story.event(DossierOverdue).time == DUE


def test_the_ladder_is_climbed_a_rung_at_a_time():
    story = dossier(explained(at(4), at(30), agency=COMPETENT)).when(now=DUE + INSTANT)
    ladder = [
        (at(6, "09:00"), escalated("agency-head", COMPETENT)),
        (at(10, "09:00"), escalated("level-above", "H29")),
    ]
    for moment, rung in ladder:
        story = story.when(now=moment).then()
        story = says(story.when(now=moment + INSTANT), rung)
        assert story.said[0].time == moment
    assert rungs(story) == [
        ("one-stop-head", UNIT, DUE),
        ("agency-head", COMPETENT, at(6, "09:00")),
        ("level-above", "H29", at(10, "09:00")),
    ]


def test_a_rung_is_climbed_once():
    story = dossier().when(now=at(30))
    assert len(rungs(story)) == 3
    story.when(now=at(31)).then()


def test_completion_stops_the_ladder():
    story = dossier().when(now=DUE + INSTANT).when(completed(at(6, "09:00"))).then()
    assert story.timer is None
    story.when(now=at(30)).then()


def test_rungs_that_were_reached_before_the_end_are_told_even_if_the_end_is_known_first():
    story = dossier().when(completed(at(6, "09:00") + INSTANT))
    assert [one.rung for one in story.says(DossierEscalated)] == ["one-stop-head", "agency-head"]


def test_the_level_above_of_an_agency_without_superior_is_who_decides():
    story = given(service(Rules(OFFICE)), received(MONDAY, appointment=DUE)).when(now=at(30))
    assert story.says(DossierEscalated)[-1].to_agency == COMPETENT


def test_the_rules_are_settings():
    quick = ruled(
        ladders={"dossier": {"level-above": 1}, "explanation-missing": {}, "second-breach": {}},
        explain_within="2 working-hours",
    )
    story = given(quick, received(MONDAY, appointment=DUE)).when(now=at(30))
    assert rungs(story) == [("level-above", COMPETENT, at(5, "10:00"))]
    assert story.says(ExplanationRequired)[0].by == at(5, "11:00")


def test_nothing_is_said_of_a_dossier_nobody_received():
    facts = (transferred(MONDAY, deadline=at(3)), completed(at(9)))
    story = given(SLA, *facts).when(now=at(30)).then()
    assert story.timer is None


def test_a_dossier_that_is_received_late_catches_up():
    story = given(SLA, transferred(at(3), deadline=at(4)), completed(at(9))).when(received(at(9), appointment=DUE))
    assert {deadline for deadline, _ in missed(story)} == {"dossier", "step:check#1"}
    assert story.state.phase == "ended"


def test_a_second_receipt_is_no_second_appointment():
    story = dossier().when(received(at(3), appointment=at(4), key="again")).then()
    assert [due for _, due in missed(story.when(now=at(30)))] == [DUE]


def test_other_timelines_keep_their_own_clock():
    birth = received(MONDAY, appointment=DUE).model_copy(update={"timeline": "import-2019"})
    story = given(SLA, birth)
    assert story.timer == Timer(SOON + SECOND, "import-2019")
    assert {one.timeline for one in story.when(now=at(30)).said} == {"import-2019"}
