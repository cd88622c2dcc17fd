"""The agency that finishes a step may name the one that does what follows."""

from contracts.routing import (
    DossierCompleted,
    DossierStepCompleted,
)
from tests.given import at
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    FORK,
    OTHER,
    SIGNER,
    TAX,
    UNIT,
    finished,
    holds,
    moved,
    objection,
    on,
    sent_back,
    took,
)

BEGUN = (finished(UNIT, "forward", at(2, "10:00")),)


def test_the_next_step_is_done_by_who_is_named():
    story = on(CHAIN).when(finished(UNIT, "forward", at(2, "10:00"), next_agency=OTHER))
    assert moved(story) == [("check", 1, OTHER)]
    assert objection(story.when(finished(CHECKER, "check", at(3))))[0] == "not-the-holder"
    assert moved(story.when(finished(OTHER, "check", at(3)))) == [("sign", 1, SIGNER)]


def test_at_a_join_the_last_to_be_finished_with_a_name_decides():
    story = on(FORK, *BEGUN, finished(CHECKER, "check", at(3), next_agency=OTHER)).when(finished(TAX, "tax", at(4)))
    assert moved(story) == [("sign", 1, OTHER)]
    story = on(FORK, *BEGUN, finished(CHECKER, "check", at(3), next_agency=OTHER))
    assert moved(story.when(finished(TAX, "tax", at(4), next_agency=UNIT))) == [("sign", 1, UNIT)]


def test_a_step_that_is_done_again_goes_to_its_planned_agency():
    story = on(CHAIN, finished(UNIT, "forward", at(2), next_agency=OTHER), finished(OTHER, "check", at(3)))
    assert moved(story.when(sent_back(SIGNER, "sign", "check", at(4)))) == [("check", 2, CHECKER)]


def test_on_a_free_route_a_name_forwards_the_dossier():
    story = on(()).when(finished(UNIT, "Tiếp nhận", at(3), next_agency=CHECKER))
    assert [data.step for data in story.says(DossierStepCompleted)] == ["Tiếp nhận"]
    assert moved(story) == [("free", 2, CHECKER)]
    assert holds(story) == {"free": CHECKER}


def test_a_name_at_the_end_changes_nothing():
    done = (*BEGUN, finished(CHECKER, "check", at(3)), took(SIGNER, "sign", at(4)))
    assert on(CHAIN, *done).when(finished(SIGNER, "sign", at(5), next_agency=OTHER)).says(DossierCompleted)
