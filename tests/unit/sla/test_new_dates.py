"""Form 04: the apology with a new date, given once; and what follows when that is missed too."""

import pytest

from contracts.sla import (
    DossierEscalated,
    DossierOverdue,
    DossierOverdueRetracted,
    DossierRescheduled,
    ExplanationRequired,
)
from services.sla.views import entry_of
from tests.given import at, given, received
from tests.unit.sla.telling import (
    CHECKER,
    COMPETENT,
    DUE,
    INSTANT,
    MONDAY,
    SIGNER,
    SLA,
    acknowledged,
    completed,
    dossier,
    explained,
    new_date,
    resumed,
    ruled,
    rungs,
    suspended,
    transferred,
)

NEVER = at(31)
BY_RULE = at(10, "09:00")
"""Three working days after Thursday the 5th at nine."""


def test_a_missed_appointment_gets_a_new_date_by_the_rule_at_its_own_moment():
    story = dossier(transferred(MONDAY), acknowledged(at(3), "CC-7")).when(now=DUE + INSTANT)
    form = new_date(story)
    assert (form.old_date, form.new_date, form.kind) == (DUE, BY_RULE, "late")
    assert (form.agency, form.officer, form.signer) == (CHECKER, "CC-7", "agency-head")
    said = story.event(DossierRescheduled)
    late = story.event(DossierOverdue)
    assert (said.time, said.causationid, form.overdue_id) == (DUE, late.id, late.id)
    assert late.data.rescheduled


def test_silence_of_the_agency_is_said_in_vietnamese_and_in_english_apart():
    form = new_date(dossier().when(now=DUE + INSTANT))
    assert (form.cause, form.cause_en) == ("Cơ quan chưa giải trình", "Not explained by the agency yet")
    told = new_date(dossier(explained(at(4), at(9), cause="Chờ số liệu")).when(now=DUE + INSTANT))
    assert (told.cause, told.cause_en) == ("Chờ số liệu", "")


def test_the_new_date_is_the_agencys_own_where_it_told_one_before():
    form = new_date(dossier(explained(at(4), at(9, "15:00"), cause="Chờ số liệu")).when(now=DUE + INSTANT))
    assert (form.new_date, form.cause) == (at(9, "15:00"), "Chờ số liệu")


@pytest.mark.parametrize("target", [at(3), DUE])
def test_a_target_that_lies_in_the_past_is_no_new_date(target):
    assert new_date(dossier(explained(at(4), target)).when(now=DUE + INSTANT)).new_date == BY_RULE


def test_of_two_explanations_in_time_the_last_counts():
    story = dossier(explained(at(3), at(9)), explained(at(4), at(11))).when(now=DUE + INSTANT)
    assert new_date(story).new_date == at(11)


def test_an_explanation_that_comes_afterwards_gives_no_other_date():
    story = dossier().when(now=DUE + INSTANT).when(explained(at(5, "10:00"), at(20)))
    assert story.says(DossierRescheduled) == []


def test_by_a_setting_an_explanation_is_waited_for():
    patient = given(ruled(form_04_wait=8), received(MONDAY, appointment=DUE)).when(now=DUE + INSTANT)
    assert patient.says(DossierRescheduled) == []
    assert not patient.says(DossierOverdue)[0].rescheduled
    told = patient.when(explained(at(5, "15:00"), at(12)), now=at(5, "16:00"))
    assert (new_date(told).new_date, told.event(DossierRescheduled).time) == (at(12), at(5, "15:00"))
    silent = patient.when(now=NEVER)
    (form,) = (one for one in silent.said if isinstance(one.data, DossierRescheduled))
    assert (form.time, form.data.new_date) == (at(6, "09:00"), BY_RULE)


def test_by_a_setting_no_new_date_is_given_at_all():
    story = given(ruled(form_04_times=0), received(MONDAY, appointment=DUE)).when(now=NEVER)
    assert story.says(DossierRescheduled) == []
    assert not story.says(DossierOverdue)[0].rescheduled


@pytest.mark.parametrize(("target", "in_person"), [(at(12, "08:59"), False), (at(12, "09:00"), True)])
def test_a_long_delay_is_apologised_for_in_person(target, in_person):
    """Five working days after Thursday the 5th at nine are Thursday the 12th at nine."""
    assert new_date(dossier(explained(at(4), target)).when(now=DUE + INSTANT)).in_person is in_person


def test_a_missed_step_gets_no_new_date():
    story = dossier(transferred(MONDAY, deadline=at(3))).when(now=at(3, "09:00"))
    assert story.says(DossierRescheduled) == []


def test_who_was_late_and_is_done_is_told_all_the_same():
    assert new_date(dossier().when(completed(DUE + INSTANT))).old_date == DUE


def test_the_new_date_missed_as_well_has_to_be_explained_and_goes_up_without_another_date():
    story = dossier().when(now=BY_RULE)
    assert rungs(story, "second-breach") == []
    story = story.when(now=BY_RULE + INSTANT)
    assert sorted(rungs(story, "second-breach")) == [
        ("agency-head", COMPETENT, BY_RULE),
        ("level-above", "H29", BY_RULE),
    ]
    assert [one.due for one in story.says(ExplanationRequired)] == [BY_RULE]
    assert [one.kind for one in story.when(now=NEVER).ever(DossierRescheduled)] == ["late"]
    story.when(now=NEVER).when(now=NEVER).then()


def test_the_new_date_missed_as_well_names_who_holds_it_then():
    story = dossier(transferred(MONDAY)).when(now=DUE + INSTANT)
    form = story.event(DossierRescheduled)
    moved_on = story.when(
        transferred(at(6), "sign", to=SIGNER, ended=("check", 1)), acknowledged(at(9), "CC-9", SIGNER, "sign")
    )
    story = moved_on.when(now=BY_RULE)
    assert story.says(DossierOverdue) == []
    story = story.when(now=BY_RULE + INSTANT)
    late = story.event(DossierOverdue)
    assert (late.data.deadline, late.data.due, late.data.rescheduled) == ("new-date", BY_RULE, False)
    assert (late.data.agency, late.data.officer) == (SIGNER, "CC-9")
    assert (late.time, late.causationid) == (BY_RULE, form.id)
    assert late.data.working_out.en[-1] == "Due: 09:00 on 2026-03-10"
    assert story.event(ExplanationRequired).causationid == late.id
    assert {one.agency for one in story.says(DossierEscalated) if one.reason == "second-breach"} == {SIGNER}
    assert (entry_of(story.state).agency, entry_of(story.state).due) == (SIGNER, BY_RULE)


def test_that_it_was_missed_is_retracted_with_the_lateness_it_was_given_for():
    story = dossier().when(now=NEVER)
    first, second = (one.id for one in sorted(story.record, key=SLA.placed) if isinstance(one.data, DossierOverdue))
    story = story.when(suspended(at(4)))
    assert {one.overdue_id for one in story.says(DossierOverdueRetracted)} == {first, second}
    assert not story.state.overdue


@pytest.mark.parametrize("truth", [completed(BY_RULE), suspended(at(9))])
def test_that_it_was_missed_is_retracted_when_it_was_kept_or_moved_after_all(truth):
    story = dossier().when(now=at(10, "15:00"))
    assert [one.deadline for one in story.when(truth).says(DossierOverdueRetracted)] == ["new-date"]
    assert story.when(truth).state.overdue
    again = story.when(truth, resumed(at(10, "08:00")), now=NEVER)
    dates = [one.due for one in again.ever(DossierOverdue) if one.deadline == "new-date"]
    assert dates == ([BY_RULE] if truth.type == "dossier.completed" else [BY_RULE, at(11, "09:00")])


def test_who_keeps_the_new_date_breaks_it_not():
    story = dossier().when(completed(BY_RULE)).when(now=NEVER)
    assert rungs(story, "second-breach") == []


def test_waiting_for_the_citizen_moves_the_new_date_too():
    late = dossier().when(now=DUE + INSTANT)
    story = late.when(suspended(at(6)), resumed(at(9))).when(now=BY_RULE + INSTANT)
    assert rungs(story, "second-breach") == []
    assert [moment for _, _, moment in rungs(story.when(now=NEVER), "second-breach")] == [at(11, "09:00")] * 2


def test_each_pause_that_moves_the_new_date_says_so_once():
    late = dossier().when(now=DUE + INSTANT)
    form = late.event(DossierRescheduled)
    story = late.when(suspended(at(6)), now=at(6)).then().when(resumed(at(9)))
    (moved,) = story.says(DossierRescheduled)
    assert (moved.kind, moved.old_date, moved.new_date) == ("pause", BY_RULE, at(11, "09:00"))
    assert moved.overdue_id == form.data.overdue_id
    story = story.when(suspended(at(10, "13:00")), resumed(at(10, "15:00")))
    (again,) = story.says(DossierRescheduled)
    assert (again.old_date, again.new_date) == (at(11, "09:00"), at(11, "11:00"))
    assert story.when(now=NEVER).says(DossierRescheduled) == []


def test_a_pause_after_the_new_date_was_missed_or_after_the_end_moves_nothing():
    broken = dossier().when(now=BY_RULE + INSTANT)
    assert broken.when(suspended(at(11)), resumed(at(12)), now=NEVER).says(DossierRescheduled) == []
    done = dossier().when(now=DUE + INSTANT).when(completed(at(6)), suspended(at(6)), resumed(at(9)))
    assert done.says(DossierRescheduled) == []


def test_a_new_date_for_lateness_that_is_retracted_is_not_watched_and_does_not_count():
    story = dossier().when(now=DUE + INSTANT).when(suspended(at(4)), resumed(at(5)), now=NEVER)
    forms = [one for one in story.ever(DossierRescheduled) if one.kind == "late"]
    assert [one.old_date for one in forms] == [DUE, at(6, "09:00")]
    assert {moment for _, _, moment in rungs(story, "second-breach")} == {at(11, "09:00")}


def test_the_apology_says_why_the_new_date_is_what_it_is():
    form = new_date(dossier().when(now=DUE + INSTANT))
    assert form.working_out.en == (
        "Counted from 09:00 on 2026-03-05; date given: 09:00 on 2026-03-10",
        "Counted: 24 h of office hours on 4 days, 2026-03-05 to 2026-03-10",
        "Not counted: 2 days of weekends",
        "Due: 09:00 on 2026-03-10",
    )
