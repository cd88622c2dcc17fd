"""Reports that are made after what they tell of."""

import pytest

from contracts.routing import (
    ConsultationAnswered,
    DossierAcknowledged,
    DossierCompleted,
    DossierResumed,
    DossierStepCompleted,
    DossierSuspended,
    DossierTransferred,
)
from domain.rules import RuleSet, RuleSets, load_rule_sets
from services.routing.rules import Rules
from services.routing.service import service
from tests.given import OFFICE, at, given, received
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    FORK,
    MONDAY,
    ROUTING,
    SIGNER,
    TAX,
    UNIT,
    as_of,
    asks,
    bills,
    calm,
    finished,
    forwards,
    has_result,
    holds,
    lacks,
    objection,
    on,
    opines,
    paid,
    sent_back,
    storm,
    took,
    withdrawn,
)


def test_a_report_within_the_tolerance_counts_from_when_it_happened():
    story = on(CHAIN).when(as_of(at(2, "10:00"), finished(UNIT, "forward", at(4, "10:00"))))
    assert story.event(DossierStepCompleted).time == story.event(DossierTransferred).time == at(2, "10:00")
    assert story.says(DossierTransferred)[0].deadline == at(3, "10:00")
    assert not any(data.backdated for data in story.said_data)


def test_a_second_beyond_the_tolerance_it_counts_from_when_it_was_told_and_is_flagged():
    story = on(CHAIN).when(as_of(at(2, "10:00"), finished(UNIT, "forward", at(4, "10:00:01"))))
    done = story.event(DossierStepCompleted)
    assert done.time == story.event(DossierTransferred).time == at(4, "10:00:01")
    assert (done.data.backdated, done.data.claimed_at) == (True, at(2, "10:00"))


def test_the_tolerance_is_working_time():
    told_after_the_weekend = as_of(at(6, "16:00"), finished(UNIT, "forward", at(10, "08:00")))
    assert on(CHAIN).when(told_after_the_weekend).event(DossierStepCompleted).time == at(6, "16:00")


def stricter(received_from="2018-06-21"):
    """The rule sets that are shipped; from a day on, reports count for an hour."""
    shipped = load_rule_sets().by_name
    rules = shipped["ND118"].model_dump(mode="json") | {"received_from": received_from}
    rules["late_reports"]["value"] = "1 working-hours"
    return RuleSets({"ND61": shipped["ND61"], "strict": RuleSet.model_validate(rules)})


def test_the_tolerance_is_that_of_the_day_the_dossier_was_received():
    late = as_of(at(4, "10:00"), finished(UNIT, "forward", at(4, "11:30")))
    for first_day, strict in (("2026-03-02", True), ("2026-03-03", False)):
        routing = service(Rules(OFFICE, stricter(first_day)))
        assert given(routing, received(MONDAY, *CHAIN), late).ever(DossierStepCompleted)[0].backdated is strict


def test_another_tolerance_changes_no_answer_that_was_given():
    strict = service(Rules(OFFICE, stricter()))
    first = as_of(at(2, "10:00"), finished(UNIT, "forward", at(2, "11:30")))
    later = as_of(at(3, "10:00"), finished(CHECKER, "check", at(3, "11:30")))
    before = on(CHAIN, first)
    after = given(strict, *before.record, later)
    assert [data.backdated for data in after.ever(DossierStepCompleted)] == [False, True]


def test_what_has_not_happened_yet_can_not_be_reported():
    story = on(CHAIN).when(as_of(at(2, "10:01"), finished(UNIT, "forward", at(2, "10:00"))))
    assert objection(story) == (
        "not-yet-happened",
        "occurred_at is 2026-03-02T03:01:00+00:00, after the report itself (2026-03-02T03:00:00+00:00)",
    )
    assert holds(story) == {"forward": UNIT}


def test_no_step_is_finished_before_it_began_whatever_the_report_says():
    story = on(CHAIN, finished(UNIT, "forward", at(3))).when(as_of(at(2), finished(CHECKER, "check", at(4))))
    done = story.event(DossierStepCompleted)
    assert (done.time, done.data.backdated, done.data.claimed_at) == (at(3), True, at(2))


def test_no_step_is_finished_while_the_clock_stood():
    story = on(CHAIN, bills(UNIT, "forward", at(3)), paid(at(4)))
    story = story.when(as_of(at(3, "10:00"), finished(UNIT, "forward", at(4, "10:00"))))
    assert story.event(DossierStepCompleted).time == at(4)


def test_a_join_begins_when_its_last_branch_was_done_however_late_another_is_told():
    story = on(FORK, finished(UNIT, "forward", at(2, "10:00")), finished(TAX, "tax", at(3, "16:00")))
    story = story.when(as_of(at(3, "09:00"), finished(CHECKER, "check", at(4))))
    assert story.event(DossierStepCompleted).time == at(3, "09:00")
    assert story.event(DossierTransferred).time == at(3, "16:00")


def test_a_dossier_ends_when_its_last_branch_did():
    route = FORK[:3]
    story = on(route, finished(UNIT, "forward", at(2, "10:00")), finished(TAX, "tax", at(3, "16:00")))
    story = story.when(as_of(at(3, "09:00"), finished(CHECKER, "check", at(4))))
    assert story.event(DossierCompleted).time == at(3, "16:00")


@pytest.mark.parametrize(
    ("report", "answer"),
    [
        (took(UNIT, "forward", at(9)), DossierAcknowledged),
        (finished(UNIT, "forward", at(9)), DossierStepCompleted),
        (forwards(UNIT, "forward", TAX, at(9)), DossierTransferred),
        (lacks(UNIT, "forward", at(9)), DossierSuspended),
        (storm(UNIT, "forward", at(9)), DossierSuspended),
    ],
    ids=lambda report: report.data.claim.kind if hasattr(report, "data") else "",
)
def test_every_answer_says_that_it_is_backdated(report, answer):
    told = on(CHAIN).when(as_of(at(2, "10:00"), report)).event(answer)
    assert (told.time, told.data.backdated, told.data.claimed_at) == (at(9), True, at(2, "10:00"))


def test_so_do_a_return_an_opinion_a_resumption_and_a_result():
    begun = on(CHAIN, finished(UNIT, "forward", at(2, "10:00")), finished(CHECKER, "check", at(2, "11:00")))
    returned = begun.when(as_of(at(3), sent_back(SIGNER, "sign", "check", at(9)))).event(DossierTransferred)
    asked = begun.when(asks(SIGNER, "sign", TAX, at(3)))
    opinion = asked.when(as_of(at(3), opines(TAX, at(9)))).event(ConsultationAnswered)
    resumed = begun.when(storm(SIGNER, "sign", at(3))).when(as_of(at(3), calm(SIGNER, at(9)))).event(DossierResumed)
    result = on(()).when(as_of(at(3), has_result(UNIT, at(9)))).event(DossierCompleted)
    for told in (returned, opinion, resumed, result):
        assert (told.time, told.data.backdated, told.data.claimed_at) == (at(9), True, at(3))


def test_a_bill_that_is_told_after_it_was_paid_stopped_the_clock_until_then():
    story = on(CHAIN, paid(at(3, "10:00"))).when(as_of(at(3, "09:00"), bills(UNIT, "forward", at(3, "11:00"))))
    assert (story.event(DossierSuspended).time, story.event(DossierResumed).time) == (at(3, "09:00"), at(3, "10:00"))
    assert story.state.phase == "processing"


def test_what_was_paid_before_ends_no_later_bill():
    assert on(CHAIN, paid(at(3))).when(bills(UNIT, "forward", at(4))).state.phase == "suspended"


def test_a_withdrawn_dossier_is_not_finished_by_a_late_report():
    story = on(CHAIN, withdrawn(at(3))).when(as_of(at(2, "10:00"), finished(UNIT, "forward", at(3, "09:00"))))
    assert objection(story)[0] == "dossier-finished"


def test_late_reports_that_come_in_their_order_come_to_the_same_whenever_the_dossier_is_heard_of():
    reports = (
        as_of(at(2, "10:00"), finished(UNIT, "forward", at(3, "09:00"))),
        as_of(at(2, "11:00"), finished(CHECKER, "check", at(3, "10:00"))),
        finished(SIGNER, "sign", at(3, "11:00")),
    )
    story = given(ROUTING)
    for event in (*reports, received(MONDAY, *CHAIN)):
        story = story.when(event)
    assert story.ever(DossierCompleted)
    assert story.state.legs == on(CHAIN, *reports).state.legs


def test_a_report_that_was_rejected_stays_rejected_when_what_came_before_it_is_heard():
    early = finished(CHECKER, "check", at(3))
    story = on(CHAIN).when(early)
    assert objection(story)[0] == "step-not-open"
    story = story.when(finished(UNIT, "forward", at(2, "10:00")))
    assert [data.step for data in story.says(DossierStepCompleted)] == ["forward"]
    assert holds(story.when(finished(CHECKER, "check", at(3, "09:00")))) == {"sign": SIGNER}


def test_a_late_report_does_not_undo_what_was_answered_before_it_was_read():
    story = on(CHAIN, finished(UNIT, "forward", at(2, "10:00")))
    assert holds(story) == {"check": CHECKER}
    assert objection(story.when(forwards(UNIT, "forward", TAX, at(2, "09:30"))))[0] == "step-not-open"
    story = story.when(lacks(CHECKER, "check", at(3)))
    assert objection(story.when(finished(CHECKER, "check", at(2, "16:00"))))[0] == "suspended"


def test_a_report_of_before_the_withdrawal_still_counts():
    story = on(CHAIN, withdrawn(at(3))).when(finished(UNIT, "forward", at(2, "10:00")))
    assert (story.event(DossierStepCompleted).time, story.state.phase) == (at(2, "10:00"), "withdrawn")
    assert holds(story) == {}


def test_a_step_that_was_finished_after_what_comes_before_it_is_not_done_again_however_late_that_is_told():
    story = on(
        FORK,
        finished(UNIT, "forward", at(2, "10:00")),
        sent_back(CHECKER, "check", "forward", at(3, "10:00")),
        finished(TAX, "tax", at(3, "11:00")),
    ).when(as_of(at(3, "10:30"), finished(UNIT, "forward", at(3, "14:00"))))
    begun = {(leg.step, leg.attempt): leg.since for leg in story.state.holders}
    assert begun == {("check", 2): at(3, "10:30")}


def test_a_step_that_was_finished_on_outdated_ground_is_done_again_however_late_that_is_told():
    story = on(
        FORK,
        finished(UNIT, "forward", at(2, "10:00")),
        sent_back(CHECKER, "check", "forward", at(3, "10:00")),
        finished(UNIT, "forward", at(3, "14:00")),
    )
    assert holds(story) == {"check": CHECKER, "tax": TAX}
    story = story.when(as_of(at(3, "13:30"), finished(TAX, "tax", at(3, "15:00"))))
    begun = {(leg.step, leg.attempt): leg.since for leg in story.state.holders}
    assert begun == {("check", 2): at(3, "14:00"), ("tax", 2): at(3, "14:00")}


def test_a_late_return_to_a_step_that_was_done_again_since_counts_from_then_and_says_so():
    story = on(
        FORK,
        finished(UNIT, "forward", at(2, "10:00")),
        sent_back(CHECKER, "check", "forward", at(3, "10:00")),
        finished(UNIT, "forward", at(3, "14:00")),
    ).when(as_of(at(3, "11:00"), sent_back(TAX, "tax", "forward", at(3, "15:00"))))
    returned = story.event(DossierTransferred)
    assert (returned.time, returned.data.backdated, returned.data.claimed_at) == (at(3, "14:00"), True, at(3, "11:00"))
