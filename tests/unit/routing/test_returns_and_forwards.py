"""A dossier is sent back to an earlier step, or its step is forwarded to another agency."""

from contracts.routing import DossierCompleted, DossierTransferred
from tests.given import at, step
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    FORK,
    OTHER,
    SIGNER,
    TAX,
    UNIT,
    finished,
    forwards,
    holds,
    moved,
    on,
    sent_back,
)


def test_a_return_ends_the_attempt_and_begins_the_earlier_step_again():
    story = on(CHAIN, finished(UNIT, "forward", at(2)), finished(CHECKER, "check", at(3)))
    returning = sent_back(SIGNER, "sign", "check", at(4))
    story = story.when(returning)
    story.then(
        DossierTransferred(
            step="check",
            attempt=2,
            from_agency=SIGNER,
            to_agency=CHECKER,
            movement="return",
            from_step="sign",
            from_attempt=1,
            limit="1 working-days",
            deadline=at(5),
        )
    )
    assert (story.said[0].time, story.said[0].causationid) == (at(4), returning.id)
    assert holds(story) == {"check": CHECKER}


def test_what_follows_an_earlier_step_is_done_again():
    story = on(
        CHAIN,
        finished(UNIT, "forward", at(2)),
        finished(CHECKER, "check", at(3)),
        sent_back(SIGNER, "sign", "forward", at(4)),
    )
    for agency, name, day in ((UNIT, "forward", 5), (CHECKER, "check", 6)):
        story = story.when(finished(agency, name, at(day)))
        (next_one,) = story.says(DossierTransferred)
        assert (next_one.attempt, next_one.movement) == (2, "onward")
        assert story.says(DossierCompleted) == []
    assert story.when(finished(SIGNER, "sign", at(7))).says(DossierCompleted)


def test_after_a_return_from_the_join_only_what_follows_is_done_again():
    story = on(
        FORK,
        finished(UNIT, "forward", at(2)),
        finished(CHECKER, "check", at(3)),
        finished(TAX, "tax", at(3)),
        sent_back(SIGNER, "sign", "tax", at(4)),
    )
    assert holds(story) == {"tax": TAX}
    story = story.when(finished(TAX, "tax", at(5)))
    assert moved(story) == [("sign", 2, SIGNER)]


def test_a_branch_that_sends_back_leaves_the_other_at_work():
    story = on(FORK, finished(UNIT, "forward", at(2))).when(sent_back(TAX, "tax", "forward", at(3)))
    assert holds(story) == {"forward": UNIT, "check": CHECKER}
    story = story.when(finished(CHECKER, "check", at(4)))
    assert moved(story) == []
    story = story.when(finished(UNIT, "forward", at(5)))
    assert moved(story) == [("check", 2, CHECKER), ("tax", 2, TAX)]


def test_a_return_and_the_work_on_it_may_be_of_one_moment():
    story = on(
        CHAIN,
        finished(UNIT, "forward", at(2, "10:00")),
        finished(CHECKER, "check", at(3)),
    )
    returning = sent_back(SIGNER, "sign", "check", at(4))
    again = finished(CHECKER, "check", at(4))
    again = again.model_copy(update={"source": "/agency/last-in-order"})
    story = story.when(returning, again)
    assert holds(story) == {"sign": SIGNER}
    assert story.says(DossierCompleted) == []


def test_a_step_waits_for_every_predecessor_that_has_to_be_done_again():
    route = (
        step("forward", UNIT),
        step("check", CHECKER, "forward"),
        step("tax", TAX, "check"),
        step("sign", SIGNER, "forward", "tax"),
    )
    story = on(
        route,
        finished(UNIT, "forward", at(2)),
        finished(CHECKER, "check", at(3)),
        finished(TAX, "tax", at(4)),
        sent_back(SIGNER, "sign", "forward", at(5)),
        finished(UNIT, "forward", at(6)),
    )
    assert holds(story) == {"check": CHECKER}
    assert holds(story.when(finished(CHECKER, "check", at(7)))) == {"tax": TAX}


def test_a_forwarded_step_is_someone_elses_within_the_same_time():
    story = on(CHAIN, finished(UNIT, "forward", at(2, "10:00")))
    passing_on = forwards(CHECKER, "check", OTHER, at(3, "08:00"))
    story = story.when(passing_on)
    story.then(
        DossierTransferred(
            step="check",
            attempt=2,
            from_agency=CHECKER,
            to_agency=OTHER,
            movement="forward",
            from_step="check",
            from_attempt=1,
            limit="1 working-days",
            clock_since=at(2, "10:00"),
            deadline=at(3, "10:00"),
        )
    )
    assert story.said[0].causationid == passing_on.id
    assert holds(story) == {"check": OTHER}
    story = story.when(forwards(OTHER, "check", TAX, at(3, "09:00")))
    assert story.says(DossierTransferred)[0].deadline == at(3, "10:00")
    assert holds(story.when(finished(TAX, "check", at(3, "09:30")))) == {"sign": SIGNER}


def test_a_forwarded_step_that_is_done_again_goes_to_the_routes_agency():
    story = on(
        CHAIN,
        finished(UNIT, "forward", at(2)),
        forwards(CHECKER, "check", OTHER, at(3)),
        finished(OTHER, "check", at(4)),
    ).when(sent_back(SIGNER, "sign", "check", at(5)))
    assert moved(story) == [("check", 3, CHECKER)]
