"""What nobody can help stops the clock (bất khả kháng), until an agency says that it is over."""

import pytest

from contracts.routing import (
    DossierResumed,
    DossierSuspended,
)
from tests.given import at
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    FORK,
    SIGNER,
    TAX,
    UNIT,
    bills,
    calm,
    finished,
    lacks,
    moved,
    objection,
    on,
    paid,
    storm,
    supplemented,
)

BEGUN = (finished(UNIT, "forward", at(2, "10:00")),)


@pytest.mark.parametrize("who", [CHECKER, UNIT])
def test_force_majeure_stops_the_clock_and_who_told_of_it_or_the_unit_starts_it_again(who):
    storms = storm(CHECKER, "check", at(3))
    story = on(FORK, *BEGUN).when(storms)
    story.then(DossierSuspended(cause="force-majeure", step="check", agency=CHECKER, reason="Bão số 1"))
    assert story.state.phase == "suspended"
    assert objection(story.when(finished(TAX, "tax", at(4))))[0] == "suspended"
    over = calm(who, at(5))
    story = story.when(over).then(DossierResumed(cause="force-majeure", suspended_by=storms.id))
    assert (story.said[0].time, story.said[0].causationid) == (at(5), over.id)
    assert moved(story.when(finished(TAX, "tax", at(6)), finished(CHECKER, "check", at(6)))) == [("sign", 1, SIGNER)]


def test_the_unit_suspends_what_others_hold():
    assert on(CHAIN, *BEGUN).when(storm(UNIT, "check", at(3))).says(DossierSuspended)[0].agency == UNIT


def test_no_other_agency_suspends_or_resumes():
    story = on(FORK, *BEGUN)
    assert objection(story.when(storm(TAX, "check", at(3))))[0] == "not-the-holder"
    assert objection(story.when(storm(CHECKER, "check", at(3))).when(calm(TAX, at(4))))[0] == "not-the-holder"


@pytest.mark.parametrize("before", [(), (lacks(CHECKER, "check", at(3)),), (bills(CHECKER, "check", at(3)),)])
def test_what_no_force_majeure_stopped_nobody_resumes(before):
    assert objection(on(CHAIN, *BEGUN, *before).when(calm(CHECKER, at(4))))[0] == "not-suspended"


@pytest.mark.parametrize("answer", [paid, supplemented])
def test_the_citizen_ends_no_storm(answer):
    assert on(CHAIN, storm(UNIT, "forward", at(3))).when(answer(at(4))).then().state.phase == "suspended"
