"""Which apologies the citizen is owed for missed dates, and which turn out to be for nothing."""

import pytest

from contracts.envelope import event_id
from contracts.sla import ApologyRequired, ApologyWithdrawn, DossierOverdue, DossierOverdueRetracted, DossierRescheduled
from services.sla.decide import decide
from tests.given import Story, at, given, received
from tests.unit.sla.telling import (
    CHECKER,
    DUE,
    INSTANT,
    MONDAY,
    SLA,
    acknowledged,
    completed,
    dossier,
    explained,
    new_date,
    resumed,
    ruled,
    suspended,
    transferred,
)

NEVER = at(31)
BEFORE_ALL = MONDAY
"""A look at the live timeline when something arrives: nothing is true yet that only time makes true."""


def apology(story: Story) -> ApologyRequired:
    """The one apology that was newly said."""
    (found,) = story.says(ApologyRequired)
    return found


def test_an_apology_says_all_that_the_letter_needs_and_tells_the_new_date_given_with_it():
    story = dossier(transferred(MONDAY), acknowledged(at(3), "CC-7")).when(now=DUE + INSTANT)
    late, form, said = story.event(DossierOverdue), story.event(DossierRescheduled), story.event(ApologyRequired)
    assert (said.time, said.causationid, said.id) == (DUE, late.id, event_id("apology.required", late.subject, late.id))
    told = said.data
    assert (told.overdue_id, told.due, told.agency, told.officer) == (late.id, DUE, CHECKER, "CC-7")
    assert (told.rescheduled_id, told.new_date, told.covered_by) == (form.id, form.data.new_date, "")
    for name in ("cause", "cause_en", "signer", "in_person", "working_out"):
        assert getattr(told, name) == getattr(form.data, name), name


def test_an_apology_tells_the_agencys_own_cause_where_it_explained_the_delay_before():
    story = dossier(transferred(MONDAY), explained(at(4), at(12), cause="Chờ đo đạc lại")).when(now=DUE + INSTANT)
    assert (apology(story).new_date, apology(story).cause, apology(story).cause_en) == (at(12), "Chờ đo đạc lại", "")


def test_a_new_date_that_is_given_later_is_no_part_of_the_apology():
    story = given(ruled(form_04_wait=4), received(MONDAY, appointment=DUE)).when(now=DUE + INSTANT)
    told = apology(story)
    assert (told.rescheduled_id, told.new_date, told.cause, told.signer, told.working_out) == ("", None, "", None, None)
    later = story.when(now=NEVER)
    assert new_date(later).overdue_id == told.overdue_id
    assert [one.due for one in later.says(ApologyRequired)] == [new_date(later).new_date]


def test_the_new_date_missed_as_well_is_another_lateness_with_an_apology_of_its_own():
    story = dossier().when(now=NEVER)
    first, second = story.ever(ApologyRequired)
    assert (first.due, second.due) == (DUE, first.new_date)
    assert (second.new_date, second.covered_by) == (None, "")


def test_only_what_the_citizen_was_promised_is_apologised_for():
    story = dossier(transferred(MONDAY, deadline=at(3))).when(now=at(4))
    assert story.says(DossierOverdue)
    assert story.says(ApologyRequired) == []


def test_an_apology_is_said_once():
    story = dossier().when(now=DUE + INSTANT)
    assert story.when(now=DUE + INSTANT).said == ()


@pytest.mark.parametrize("now", [at(5, "12:00"), at(9)])
def test_an_apology_is_withdrawn_when_no_missed_date_stands_in_its_place(now):
    story = dossier().when(now=now)
    told = apology(story)
    story = story.when(completed(at(4)), now=now)
    back, gone = story.event(DossierOverdueRetracted), story.event(ApologyWithdrawn)
    assert (gone.time, gone.causationid) == (back.time, back.id)
    assert (gone.data.overdue_id, gone.data.due, gone.data.agency) == (told.overdue_id, DUE, told.agency)
    assert (gone.data.new_date, gone.data.signer) == (told.new_date, told.signer)
    assert story.when(now=NEVER).said == ()


def test_an_apology_covers_the_date_that_takes_the_place_of_its_own():
    story = dossier().when(now=at(6, "12:00"))
    first = apology(story)
    story = story.when(suspended(at(4)), resumed(at(5)), now=at(6, "12:00"))
    assert story.says(ApologyWithdrawn) == []
    second = apology(story)
    assert (second.due, second.covered_by) == (at(6, "09:00"), first.overdue_id)
    assert second.new_date == new_date(story).new_date
    assert second.rescheduled_id in {one.id for one in story.said if isinstance(one.data, DossierRescheduled)}
    back = story.when(completed(at(4)), now=at(6, "12:00"))
    assert [one.overdue_id for one in back.says(ApologyWithdrawn)] == [first.overdue_id]


def test_an_apology_that_is_withdrawn_covers_no_other_date():
    story = dossier().when(now=DUE + INSTANT).when(suspended(at(4)), now=DUE + INSTANT)
    assert len(story.says(ApologyWithdrawn)) == 1
    story = story.when(resumed(at(6)), now=NEVER)
    assert [one.covered_by for one in story.says(ApologyRequired)] == ["", ""]


def test_a_late_truth_withdraws_nothing_before_it_is_seen_what_was_missed_instead():
    story = dossier().when(now=at(6, "12:00"))
    story = story.when(suspended(at(4)), resumed(at(5)), now=BEFORE_ALL)
    assert story.says(DossierOverdueRetracted)
    assert story.says(ApologyWithdrawn) == []
    assert story.timer.at <= at(6, "12:00")
    story = story.when(now=at(6, "12:00"))
    assert (len(story.says(ApologyRequired)), story.says(ApologyWithdrawn)) == (1, [])


def before_apologies(story: Story) -> Story:
    """The same dossier as an earlier version left it, which said no apologies."""
    kept = tuple(one for one in story.record if not isinstance(one.data, ApologyRequired | ApologyWithdrawn))
    return Story(story.service, story.numbers, kept, state=story.service.fold(kept))


def test_a_lateness_of_before_gets_its_apology_whenever_the_dossier_is_looked_at():
    story = dossier().when(now=DUE + INSTANT)
    again = before_apologies(story).when(now=MONDAY)
    assert [one.to_json() for one in again.said] == [story.event(ApologyRequired).to_json()]


def test_a_lateness_of_before_that_is_retracted_at_once_is_apologised_for_and_withdrawn():
    story = before_apologies(dossier().when(now=at(9))).when(completed(at(4)), now=at(9))
    assert apology(story).overdue_id == story.event(ApologyWithdrawn).data.overdue_id


def test_a_lateness_that_was_retracted_before_covers_the_date_in_its_place_or_is_withdrawn():
    late = dossier().when(now=at(6, "12:00"))
    old = before_apologies(late.when(suspended(at(4)), now=at(6, "12:00")))
    (gone,) = old.when(now=at(6, "12:00")).says(ApologyWithdrawn)
    assert (gone.due, gone.new_date) == (DUE, new_date(late).new_date)
    covered = old.when(resumed(at(5)), now=at(6, "12:00"))
    assert apology(covered).covered_by == late.event(DossierOverdue).id


def test_it_does_not_matter_which_own_event_is_folded_first():
    story = dossier().when(now=at(9)).when(completed(at(4)), now=at(9))
    backwards = [one for one in story.record if not SLA.owns(one)] + [one for one in story.record if SLA.owns(one)][
        ::-1
    ]
    state = SLA.initial
    for event in backwards:
        state = SLA.evolve(state, event)
    assert state == story.state


def test_a_dossier_nobody_received_is_owed_nothing():
    assert decide(SLA.initial, NEVER, None).events == ()
