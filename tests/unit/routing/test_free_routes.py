"""A dossier without a planned route: whoever holds it does what has to be done."""

import pytest

from contracts.routing import DossierAcknowledged, DossierCompleted, DossierStepCompleted, DossierTransferred
from tests.given import at
from tests.unit.routing.telling import (
    CHECKER,
    UNIT,
    finished,
    forwards,
    has_result,
    holds,
    on,
    took,
)


def test_a_free_route_begins_where_it_is_and_hands_nothing_over():
    story = on(())
    assert story.ever(DossierTransferred) == []
    assert holds(story) == {"free": UNIT}


def test_on_a_free_route_the_agencies_forward_as_they_see_fit():
    story = on(()).when(forwards(UNIT, "whatever", CHECKER, at(3)))
    story.then(
        DossierTransferred(
            step="free",
            attempt=2,
            from_agency=UNIT,
            to_agency=CHECKER,
            movement="forward",
            from_step="free",
            from_attempt=1,
        )
    )
    assert holds(story) == {"free": CHECKER}


def test_on_a_free_route_a_finished_step_leaves_the_dossier_where_it_is():
    story = on((), forwards(UNIT, "register", CHECKER, at(3))).when(finished(CHECKER, "Thẩm định", at(4), "CC-3"))
    story.then(DossierStepCompleted(step="Thẩm định", attempt=2, agency=CHECKER, officer="CC-3"))
    assert holds(story) == {"free": CHECKER}
    assert story.when(finished(CHECKER, "Thẩm định", at(5))).says(DossierStepCompleted)


def test_on_a_free_route_custody_is_of_the_dossier():
    story = on((), forwards(UNIT, "register", CHECKER, at(3))).when(took(CHECKER, "Thẩm định", at(4)))
    story.then(DossierAcknowledged(step="free", attempt=2, agency=CHECKER))


@pytest.mark.parametrize("outcome", ["granted", "denied"])
def test_a_result_ends_a_free_route(outcome):
    signing = has_result(UNIT, at(4), outcome, officer="CC-9")
    story = on(()).when(signing)
    story.then(DossierCompleted(outcome=outcome, agency=UNIT, officer="CC-9"))
    assert (story.said[0].time, story.said[0].causationid) == (at(4), signing.id)
    assert (holds(story), story.state.phase) == ({}, "completed")
