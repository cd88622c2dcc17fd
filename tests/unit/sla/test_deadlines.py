from datetime import timedelta

import pytest

from chassis.core.decision import Timer
from contracts.sla import DossierDueSoon, DossierEscalated, DossierOverdue, ExplanationRequired
from services.sla.decide import Rules
from services.sla.service import service
from tests.given import CODE, OFFICE, SUBMISSION, at, given, received
from tests.unit.sla.telling import (
    CHECKER,
    COMPETENT,
    DUE,
    INSTANT,
    MONDAY,
    SLA,
    SOON,
    UNIT,
    acknowledged,
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
    step_done,
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


def test_who_holds_the_step_is_named_with_the_officer_who_took_it():
    story = dossier(transferred(MONDAY, deadline=at(3)), acknowledged(at(2, "10:00"), "CC-7")).when(now=at(3, "09:00"))
    assert [(one.agency, one.officer) for one in story.says(DossierOverdue)] == [(CHECKER, "CC-7")]


def test_of_several_officers_the_one_who_held_it_then_is_named():
    facts = [acknowledged(at(2, clock), officer) for clock, officer in (("10:00", "CC-7"), ("15:00", "CC-8"))]
    story = dossier(transferred(MONDAY, deadline=at(2, "16:00")), *facts, acknowledged(at(3), "CC-9")).when(now=at(3))
    assert [one.officer for one in story.ever(DossierOverdue)] == ["CC-8"]


def test_an_officer_who_takes_over_at_once_is_named_too():
    for minute in range(10):
        taken = at(2, f"10:{minute:02}")
        story = dossier(transferred(taken, deadline=at(3)), acknowledged(taken, "CC-7")).when(now=at(3, "09:00"))
        assert [one.officer for one in story.says(DossierOverdue)] == ["CC-7"]


def test_the_dossier_is_the_fault_of_who_holds_it_when_it_is_due():
    story = dossier(
        transferred(MONDAY, "forward", to=UNIT),
        step_done(at(3), "forward"),
        transferred(at(3), to=CHECKER),
        acknowledged(at(4), "CC-7"),
        step_done(at(6)),
        transferred(at(6), "sign", to=COMPETENT),
    ).when(now=at(30))
    late, again = story.ever(DossierOverdue)
    assert (late.agency, late.officer) == (CHECKER, "CC-7")
    assert (again.deadline, again.agency, again.officer) == ("new-date", COMPETENT, None)
    assert [to for _, to, _ in rungs(story)] == [UNIT, CHECKER, "H29.01"]


def test_a_branch_that_is_done_is_not_to_blame_for_the_one_that_is_not():
    story = dossier(
        transferred(MONDAY, "tax", to="H29.11"),
        transferred(MONDAY, "check", to=CHECKER),
        acknowledged(at(3), "CC-1", "H29.02", "check"),
        acknowledged(at(4), "CC-2", "H29.11", "tax"),
        step_done(at(4, "10:00"), "tax"),
    ).when(now=at(5, "10:00"))
    assert [(one.agency, one.officer) for one in story.says(DossierOverdue)] == [(CHECKER, "CC-1")]


def test_who_finished_last_is_named_where_nobody_holds_it():
    story = dossier(transferred(MONDAY), step_done(at(3))).when(now=at(5, "10:00"))
    assert [one.agency for one in story.says(DossierOverdue)] == [CHECKER]


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
