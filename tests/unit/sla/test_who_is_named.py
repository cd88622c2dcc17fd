"""Which agency and which officer an overdue names."""

from contracts.sla import DossierOverdue
from tests.given import at
from tests.unit.sla.telling import (
    CHECKER,
    COMPETENT,
    MONDAY,
    UNIT,
    acknowledged,
    dossier,
    rungs,
    step_done,
    transferred,
)


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
