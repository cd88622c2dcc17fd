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
    ROUTING,
    SIGNER,
    TAX,
    UNIT,
    finished,
    holds,
    moved,
    on,
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
    assert {(event.time, event.causationid, event.correlationid) for event in story.said} == {
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
    assert {transfer.data.to_agency: transfer.data.deadline for transfer in handed} == {
        "H29.05": at(9, "10:30"),
        "H29.07": at(9, "16:00"),
    }
