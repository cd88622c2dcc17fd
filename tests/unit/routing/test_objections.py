from datetime import timedelta

import pytest

from contracts.routing import DossierCompleted, ReportRejected
from tests.given import CODE, at, given, received
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
    bills,
    finished,
    forwards,
    has_result,
    holds,
    lacks,
    moved,
    objection,
    on,
    sent_back,
    took,
    withdrawn,
)


def test_a_rejection_names_the_report_who_made_it_and_why():
    wrong = finished(OTHER, "forward", at(2, "10:00"))
    story = on(CHAIN).when(wrong)
    story.then(
        ReportRejected(
            report_id=wrong.id,
            agency=OTHER,
            code="not-the-holder",
            reason=f"{UNIT} holds the dossier for step forward, not {OTHER}",
        )
    )
    assert (story.said[0].subject, story.said[0].time, story.said[0].causationid) == (CODE, wrong.time, wrong.id)


@pytest.mark.parametrize(
    "wrong",
    [
        took(OTHER, "forward", at(3)),
        finished(OTHER, "forward", at(3)),
        forwards(OTHER, "forward", TAX, at(3)),
        lacks(OTHER, "forward", at(3)),
        bills(OTHER, "forward", at(3)),
        sent_back(OTHER, "forward", "forward", at(3)),
    ],
    ids=lambda event: event.data.claim.kind,
)
def test_only_the_holder_can_do_something(wrong):
    story = on(CHAIN).when(wrong)
    assert objection(story)[0] == "not-the-holder"
    assert holds(story) == {"forward": UNIT}


def test_a_step_that_is_not_on_the_route_is_unknown():
    code, reason = objection(on(CHAIN).when(finished(UNIT, "dance", at(3))))
    assert (code, reason) == ("unknown-step", "the route has no step dance; its steps: forward, check, sign")


def test_a_step_whose_turn_has_not_come_is_not_open():
    code, reason = objection(on(CHAIN).when(finished(SIGNER, "sign", at(3))))
    assert (code, reason) == ("step-not-open", f"step sign is not open; open now: forward with {UNIT}")


def test_a_step_that_is_done_is_not_open():
    story = on(FORK, finished(UNIT, "forward", at(2))).when(finished(UNIT, "forward", at(3)))
    assert objection(story) == (
        "step-not-open",
        f"step forward is not open; open now: check with {CHECKER}, tax with {TAX}",
    )


def test_a_fixed_route_ends_with_its_last_step_only():
    assert objection(on(CHAIN).when(has_result(UNIT, at(3))))[0] == "route-fixed"


def test_a_free_route_has_no_earlier_step():
    assert objection(on(()).when(sent_back(UNIT, "b", "a", at(3))))[0] == "route-fixed"


@pytest.mark.parametrize("claim", [has_result(OTHER, at(3)), finished(OTHER, "a", at(3)), took(OTHER, "a", at(3))])
def test_on_a_free_route_only_the_holder_can_do_something(claim):
    assert objection(on(()).when(claim))[0] == "not-the-holder"


@pytest.mark.parametrize("target", ["sign", "check", "dance"])
def test_nothing_is_sent_back_to_a_step_that_is_not_finished(target):
    story = on(CHAIN, finished(UNIT, "forward", at(2))).when(sent_back(CHECKER, "check", target, at(3)))
    assert objection(story) == ("unknown-step", f"step {target} is not a finished step before check")
    assert holds(story) == {"check": CHECKER}


def test_nothing_is_sent_back_to_a_parallel_branch():
    story = on(FORK, finished(UNIT, "forward", at(2)), finished(TAX, "tax", at(3)))
    story = story.when(sent_back(CHECKER, "check", "tax", at(4)))
    assert objection(story)[0] == "unknown-step"
    assert holds(story) == {"check": CHECKER}


def test_nothing_is_sent_back_to_a_later_step_however_often_it_was_done():
    story = on(
        CHAIN,
        finished(UNIT, "forward", at(2)),
        finished(CHECKER, "check", at(3)),
        sent_back(SIGNER, "sign", "forward", at(4)),
    ).when(sent_back(UNIT, "forward", "check", at(5)))
    assert objection(story)[0] == "unknown-step"
    assert holds(story) == {"forward": UNIT}


@pytest.mark.parametrize("after", [withdrawn(at(3)), has_result(UNIT, at(3))], ids=["withdrawn", "completed"])
def test_what_is_finished_is_finished(after):
    story = on((), after).when(finished(UNIT, "forward", at(4)))
    code, reason = objection(story)
    assert (code, reason) == ("dossier-finished", "the dossier was finished at 2026-03-03T01:00:00+00:00")


def test_a_withdrawn_dossier_is_with_nobody_and_has_no_result():
    story = on(FORK, finished(UNIT, "forward", at(2))).when(withdrawn(at(3)))
    assert (holds(story), story.state.phase, story.says(DossierCompleted)) == ({}, "withdrawn", [])


def test_what_is_completed_can_not_be_withdrawn():
    assert on((), has_result(UNIT, at(3))).when(withdrawn(at(4))).then().state.phase == "completed"


def test_a_report_on_an_unknown_dossier_waits_as_long_as_patience_lasts():
    report = finished(UNIT, "forward", MONDAY)
    story = given(ROUTING).when(report).then()
    ripe = MONDAY + timedelta(minutes=2)
    assert (story.timer.at, story.timer.timeline) == (ripe, "live")
    story = story.when(now=ripe - timedelta(microseconds=1)).then()
    story = story.when(now=ripe)
    assert objection(story) == ("unknown-dossier", f"no dossier {CODE} was received; check the code on the receipt")
    assert (story.said[0].time, story.said[0].causationid, story.timer) == (MONDAY, report.id, None)
    story.when(now=at(9)).then()


def test_a_dossier_that_nobody_received_is_a_stray_until_its_receipt_turns_up():
    report = finished(UNIT, "forward", MONDAY)
    story = given(ROUTING).when(report)
    assert story.state.phase == "unknown"
    story = story.when(now=at(3))
    assert story.state.phase == "stray"
    story = story.when(received(MONDAY, *CHAIN))
    assert (story.state.phase, holds(story)) == ("processing", {"forward": UNIT})
    assert story.says(ReportRejected) == []
    assert holds(story.when(finished(UNIT, "forward", at(4)))) == {"check": CHECKER}


def test_reports_on_an_unknown_dossier_are_answered_when_the_last_of_them_has_waited_long_enough():
    first, second = finished(UNIT, "forward", MONDAY), took(UNIT, "forward", MONDAY + timedelta(minutes=1))
    story = given(ROUTING, first, second).when(now=MONDAY + timedelta(minutes=2)).then()
    assert story.timer.at == MONDAY + timedelta(minutes=3)
    answered = story.when(now=story.timer.at)
    assert {answer.causationid for answer in answered.said} == {first.id, second.id}
    assert answered.timer is None


def test_no_report_makes_an_earlier_one_wait_in_vain_for_a_dossier_that_is_not_read_yet():
    """The bus is read topic by topic: hours of reports may come before the receipt of the first of them."""
    early, late = finished(UNIT, "forward", at(2, "10:00")), took(CHECKER, "check", at(2, "15:00"))
    story = given(ROUTING).when(early).when(late).then()
    assert holds(story.when(received(MONDAY, *CHAIN))) == {"check": CHECKER}


def test_a_dossier_that_comes_in_time_makes_nobody_unknown():
    story = given(ROUTING, finished(UNIT, "forward", at(2, "10:00"))).when(received(MONDAY, *CHAIN))
    assert story.says(ReportRejected) == []
    assert moved(story) == [("check", 1, CHECKER), ("forward", 1, UNIT)]
    assert story.timer is None
