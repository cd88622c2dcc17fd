from dataclasses import replace

import pytest

from contracts.routing import DossierAcknowledged, DossierCompleted, DossierStepCompleted, DossierTransferred
from services.routing.rules import Rules
from services.routing.service import service
from tests.given import OFFICE, SUBMISSION, at, given, received, step, told
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    FORK,
    MONDAY,
    OTHER,
    ROUTING,
    SIGNER,
    TAX,
    UNIT,
    finished,
    forwards,
    has_result,
    holds,
    moved,
    on,
    sent_back,
    took,
)


def test_a_route_begins_at_the_unit_that_received_the_dossier():
    story = on(CHAIN)
    assert story.ever(DossierTransferred) == [
        DossierTransferred(
            step="forward",
            attempt=1,
            from_agency=UNIT,
            to_agency=UNIT,
            limit="2 working-hours",
            deadline=at(2, "11:00"),
        )
    ]
    assert holds(story) == {"forward": UNIT}
    assert (story.state.phase, story.state.holding) == ("processing", (UNIT,))


def test_a_finished_step_is_said_and_the_next_begins_with_its_own_time():
    done = finished(UNIT, "forward", at(2, "10:00"), officer="CC-7")
    story = on(CHAIN).when(done)
    story.then(
        DossierStepCompleted(step="forward", attempt=1, agency=UNIT, officer="CC-7", order=1),
        DossierTransferred(
            step="check",
            attempt=1,
            from_agency=UNIT,
            to_agency=CHECKER,
            limit="1 working-days",
            deadline=at(3, "10:00"),
        ),
    )
    assert {(one.time, one.causationid, one.correlationid) for one in story.said} == {
        (at(2, "10:00"), done.id, SUBMISSION)
    }
    assert holds(story) == {"check": CHECKER}


def test_the_last_step_completes_the_dossier():
    last = finished(SIGNER, "sign", at(4), officer="CC-9")
    story = on(CHAIN, finished(UNIT, "forward", at(2)), finished(CHECKER, "check", at(3))).when(last)
    story.then(
        DossierStepCompleted(step="sign", attempt=1, agency=SIGNER, officer="CC-9", order=3),
        DossierCompleted(outcome="granted", agency=SIGNER, officer="CC-9"),
    )
    assert (story.state.phase, story.state.holding, story.state.ended_at) == ("completed", (), at(4))


def test_custody_is_acknowledged_with_its_officer():
    taking = took(UNIT, "forward", at(2, "09:10"), officer="CC-7")
    story = on(CHAIN).when(taking)
    story.then(DossierAcknowledged(step="forward", attempt=1, agency=UNIT, officer="CC-7"))
    assert (story.said[0].time, story.said[0].causationid) == (at(2, "09:10"), taking.id)


def test_every_taking_of_custody_is_acknowledged_because_another_officer_may_take_over():
    story = on(CHAIN, took(UNIT, "forward", at(2, "09:10"), "CC-7"))
    story = story.when(took(UNIT, "forward", at(2, "09:20"), "CC-8"))
    story.then(DossierAcknowledged(step="forward", attempt=1, agency=UNIT, officer="CC-8"))


def test_branches_begin_together():
    story = on(FORK).when(finished(UNIT, "forward", at(2, "10:00")))
    assert moved(story) == [("check", 1, CHECKER), ("tax", 1, TAX)]
    assert holds(story) == {"check": CHECKER, "tax": TAX}
    assert story.state.holding == (CHECKER, TAX)


@pytest.mark.parametrize("first", [(CHECKER, "check"), (TAX, "tax")])
def test_a_join_waits_for_every_branch(first):
    second = {(CHECKER, "check"), (TAX, "tax")} - {first}
    story = on(FORK, finished(UNIT, "forward", at(2))).when(finished(*first, at(3)))
    assert moved(story) == []
    story = story.when(finished(*second.pop(), at(4)))
    assert moved(story) == [("sign", 1, SIGNER)]
    assert story.says(DossierTransferred)[0].deadline == at(5)


def test_several_first_steps_begin_at_once():
    story = on((step("check", CHECKER), step("tax", TAX), step("sign", SIGNER, "check", "tax")))
    assert holds(story) == {"check": CHECKER, "tax": TAX}


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


def test_a_dossier_is_born_once():
    story = on(CHAIN, finished(UNIT, "forward", at(2)))
    assert story.when(received(at(3), *FORK, key="again")).then().state.plan == CHAIN


def test_reports_that_came_before_the_dossier_are_taken_up_when_it_comes():
    early = (took(UNIT, "forward", at(2, "09:01")), finished(UNIT, "forward", at(2, "09:02")))
    usual = on(CHAIN, *early)
    story = given(ROUTING, *early).then().when(received(MONDAY, *CHAIN))
    assert set(story.said) == set(usual.said)
    assert told(ROUTING, story.record) == told(ROUTING, usual.record)


def test_even_a_clock_that_runs_behind_can_not_put_a_report_before_its_dossier():
    story = on(CHAIN).when(finished(UNIT, "forward", at(1)))
    assert holds(story) == {"check": CHECKER}


def test_a_step_is_due_by_the_hours_of_the_agency_that_does_it():
    saturdays = replace(OFFICE, week=(*[OFFICE.hours] * 5, (OFFICE.hours[0],), ()))
    routing = service(Rules(replace(OFFICE, agencies={"H29.05": saturdays})))
    route = (step("check", "H29.05"), step("visit", "H29.07"))
    handed = given(routing).when(received(at(6, "16:00"), *route)).said
    assert {one.data.to_agency: one.data.deadline for one in handed} == {
        "H29.05": at(9, "10:30"),
        "H29.07": at(9, "16:00"),
    }
