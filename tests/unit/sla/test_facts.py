"""What the state keeps for queries: who had how much time, how it went, who was waited for."""

from dataclasses import replace

import pytest

from contracts.sla import DossierOverdue
from services.sla.decide import Rules
from services.sla.service import service
from tests.given import OFFICE, at, given, received
from tests.unit.sla.telling import (
    CHECKER,
    COMPETENT,
    DUE,
    INSTANT,
    MONDAY,
    SLA,
    UNIT,
    acknowledged,
    completed,
    dossier,
    resumed,
    step_done,
    suspended,
    transferred,
    withdrawn,
)

HOUR = 3600


def whole(story):
    found = story.state.deadlines[0]
    return found.allowed / HOUR, found.used / HOUR, found.verdict


@pytest.mark.parametrize(
    ("end", "used", "verdict"),
    [
        (at(4, "16:59"), 22.483, "early"),
        (at(5, "07:30"), 22.5, "on-time"),
        (DUE, 24, "on-time"),
        (DUE + INSTANT, 24, "late"),
        (at(6, "09:00"), 32, "late"),
    ],
)
def test_how_a_dossier_went(end, used, verdict):
    """Received on Monday at nine with three working days: before Thursday is early, on Thursday until nine in time."""
    allowed, spent, found = whole(dossier(completed(end)))
    assert (allowed, round(spent, 3), found) == (24, pytest.approx(used, abs=0.001), verdict)


def test_what_is_withdrawn_is_neither_in_time_nor_late():
    story = dossier(transferred(MONDAY, deadline=at(9)), withdrawn(at(4)))
    assert [one.verdict for one in story.state.deadlines] == ["", ""]
    assert (story.state.outcome, story.state.phase) == ("withdrawn", "ended")


def test_a_step_knows_its_agency_its_time_and_its_verdict():
    story = dossier(
        transferred(MONDAY, deadline=at(3, "09:00"), limit="1 working-days"),
        acknowledged(at(2, "10:00"), "CC-7"),
        step_done(at(3, "10:00")),
    )
    step = story.state.deadlines[1]
    assert (step.key, step.step, step.agency, step.officer) == ("step:check#1", "check", CHECKER, "CC-7")
    assert (step.started, step.ended) == (MONDAY, at(3, "10:00"))
    assert (step.allowed, step.used, step.verdict) == (8 * HOUR, 9 * HOUR, "late")


def test_a_wait_after_the_end_of_a_step_changes_nothing_about_it():
    story = dossier(transferred(MONDAY, deadline=at(4)), step_done(at(3)), suspended(at(3, "09:00"), "supplement"))
    step = story.state.deadlines[1]
    clock = Rules(OFFICE).clock(story.state, step)
    assert (step.due, clock.due, clock.waits) == (at(4), at(4), ())
    assert story.state.deadlines[0].due is None


def test_a_wait_is_kept_with_its_cause_its_agency_and_the_working_time_it_took():
    story = dossier(suspended(at(3)), resumed(at(4, "09:00")), completed(at(5)))
    (wait,) = story.state.pauses
    assert (wait.cause, wait.by, wait.seconds) == ("payment", CHECKER, 9 * HOUR)
    assert whole(story) == (24, 14, "early")


def test_returns_are_counted_and_the_receipt_is_kept_by_month_procedure_and_agency():
    story = dossier(transferred(MONDAY), transferred(at(3), "forward", 2, movement="return", ended=("check", 1)))
    assert story.state.returns == 1
    assert (story.state.month, story.state.procedure, story.state.competent) == ("2026-03", "1.000001", COMPETENT)


def test_documents_that_were_missing_begin_the_dossiers_time_anew_and_only_stop_the_steps():
    story = dossier(
        transferred(MONDAY, deadline=at(3, "09:00"), limit="1 working-days"),
        suspended(at(2, "13:00"), "supplement"),
        resumed(at(9, "10:00"), "supplement"),
    )
    whole_one, step = story.state.deadlines
    assert whole_one.due == at(12, "10:00")
    # Two and a half hours were used before the pause; five and a half are left, from ten on Monday the 9th.
    assert step.due == at(9, "17:00")


def test_a_dossier_keeps_the_rules_of_the_day_it_was_received():
    assert dossier().state.rule_set == "ND118"
    old = given(SLA, received(at(2).replace(year=2025, month=6, day=30, hour=23), appointment=DUE))
    assert old.state.rule_set == "ND61"
    older = given(SLA, received(at(2).replace(year=2010), appointment=at(9).replace(year=2010)))
    assert older.state.rule_set == "ND61"


@pytest.mark.parametrize(("charged", "agency"), [("receiver", CHECKER), ("sender", UNIT)])
def test_time_on_the_way_is_charged_to_who_the_rules_say(charged, agency):
    watch = service(Rules(OFFICE, in_transit=charged))
    story = given(watch, received(MONDAY, appointment=DUE), transferred(MONDAY, deadline=at(3))).when(
        now=at(3, "09:00")
    )
    assert [one.agency for one in story.says(DossierOverdue)] == [agency]


def test_once_custody_was_taken_it_is_the_receivers():
    watch = service(Rules(OFFICE, in_transit="sender"))
    facts = (received(MONDAY, appointment=DUE), transferred(MONDAY, deadline=at(3)), acknowledged(at(2, "10:00"), "C"))
    assert [one.agency for one in given(watch, *facts).when(now=at(3, "09:00")).says(DossierOverdue)] == [CHECKER]


def test_a_forwarded_step_has_no_more_time():
    late = transferred(at(3), limit="1 working-days", deadline=at(3, "09:00"), attempt=2, movement="forward")
    late = late.model_copy(update={"data": late.data.model_copy(update={"clock_since": MONDAY})})
    assert dossier(late).state.deadlines[1].due == at(3, "09:00")


def test_other_data_folds_anew():
    other = replace(OFFICE, week=(*[OFFICE.hours] * 6, ()))
    assert service(Rules(OFFICE)).code == service(Rules(OFFICE)).code != service(Rules(other)).code
