"""What a live report may claim is bounded by when the bus took it in; what was taken in before that rule is not."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts import rule_days
from contracts.routing import ConsultationRequested, DossierAcknowledged, DossierStepCompleted, DossierTransferred
from domain.worktime import ZONE
from tests.given import at, given, received
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    OTHER,
    ROUTING,
    SIGNER,
    TAX,
    UNIT,
    as_of,
    asks,
    explains,
    finished,
    forwards,
    holds,
    objection,
    sent_back,
    took,
)


def december(day, clock="08:00"):
    """A moment of December 2026 in Vietnam: the 1st is a Tuesday."""
    return datetime.fromisoformat(f"2026-12-{day:02}T{clock}").replace(tzinfo=ZONE)


def taken(event, at=None):
    """As the bus took it in; by default when it was made."""
    return event.take_in(at or event.time)


def begun(*facts):
    return given(ROUTING, taken(received(december(2), *CHAIN)), *facts)


def test_an_old_time_counts_from_the_earliest_moment_that_the_tolerance_allows_and_is_flagged():
    story = begun().when(taken(finished(UNIT, "forward", december(3)), december(22, "10:00")))
    done = story.event(DossierStepCompleted)
    assert done.time == story.event(DossierTransferred).time == december(18, "10:00")
    assert (done.data.backdated, done.data.claimed_at) == (True, december(3))


def test_so_does_an_old_occurred_at_in_a_report_of_today():
    report = as_of(december(3), finished(UNIT, "forward", december(22, "10:00")))
    done = begun().when(taken(report)).event(DossierStepCompleted)
    assert (done.time, done.data.backdated, done.data.claimed_at) == (december(18, "10:00"), True, december(3))


def test_two_small_steps_back_are_no_longer_than_one():
    report = as_of(december(3), finished(UNIT, "forward", december(4)))
    done = begun().when(taken(report, december(22, "10:00"))).event(DossierStepCompleted)
    assert (done.time, done.data.claimed_at) == (december(18, "10:00"), december(3))


@pytest.mark.parametrize("clock", ["10:00", "10:01"])
def test_what_is_within_the_tolerance_counts_from_when_it_happened(clock):
    late = taken(finished(UNIT, "forward", december(18, clock)), december(22, "10:00"))
    done = begun().when(late).event(DossierStepCompleted)
    assert (done.time, done.data.backdated) == (december(18, clock), False)


def test_what_was_taken_in_before_the_rule_counts_as_it_did():
    last = rule_days.ANY_RECORD - timedelta(milliseconds=1)
    story = given(ROUTING, received(at(2), *CHAIN)).when(finished(UNIT, "forward", at(3)).take_in(last))
    assert (story.event(DossierStepCompleted).time, story.says(DossierStepCompleted)[0].backdated) == (at(3), False)
    first = given(ROUTING, received(at(2), *CHAIN)).when(finished(UNIT, "forward", at(3)).take_in(rule_days.ANY_RECORD))
    assert first.says(DossierStepCompleted)[0].backdated


def test_an_import_plays_history_whatever_its_stamps():
    timeline = {"timeline": "import"}
    receipt = received(at(2), *CHAIN, key="r").model_copy(update=timeline)
    report = finished(UNIT, "forward", at(3), next_agency="Group 1").model_copy(update=timeline)
    story = given(ROUTING, taken(receipt, december(2))).when(taken(report, december(2)))
    assert (story.event(DossierStepCompleted).time, holds(story)) == (at(3), {"check": "Group 1"})


@pytest.mark.parametrize(
    "report",
    [
        forwards(UNIT, "forward", OTHER, december(3)),
        finished(UNIT, "forward", december(3), next_agency=OTHER),
        asks(UNIT, "forward", OTHER, december(3)),
    ],
    ids=lambda report: report.data.claim.kind,
)
def test_nothing_is_given_to_an_agency_that_the_directory_does_not_know(report):
    story = begun().when(taken(report))
    assert objection(story) == (
        "unknown-agency",
        "the directory has no agency H29.99; take its code from the directory",
    )
    assert holds(story) == {"forward": UNIT}


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "target-too-far"),
        (datetime(9990, 1, 1, tzinfo=UTC), "target-too-far"),
        (datetime(2027, 6, 4, 10, 1, tzinfo=UTC), "target-too-far"),
        (datetime(2027, 6, 3, 9, 59, tzinfo=UTC), None),
    ],
)
def test_a_target_lies_no_further_ahead_than_a_plan(target, code):
    story = begun().when(taken(explains(UNIT, "forward", december(3), target)))
    assert [data.code for data in story.said_data if hasattr(data, "code")] == ([code] if code else [])


@pytest.mark.parametrize(("limit", "accepted"), [("30 working-days", True), ("31 working-days", False), ("90m", False)])
def test_an_opinion_has_no_longer_than_the_rules_give(limit, accepted):
    story = begun().when(taken(asks(UNIT, "forward", TAX, december(3), limit)))
    assert bool(story.says(ConsultationRequested)) is accepted
    assert accepted or objection(story)[0] == "bad-limit"


def test_who_was_told_of_the_first_birth_is_not_told_of_a_second_with_an_earlier_time():
    first = taken(received(december(2), *CHAIN))
    second = received(december(1), key="second", receiving_unit="H29.16.03", submission_id="submission-2")
    for births in ((first, taken(second, december(8))), (taken(second, december(8)), first)):
        story = given(ROUTING, *births)
        assert (story.state.unit, story.state.birth, story.state.received_at) == (UNIT, first.id, december(2))


def test_on_older_records_the_earlier_time_is_the_birth():
    second = received(at(1), key="second", receiving_unit="H29.16.03")
    assert given(ROUTING, received(at(2), *CHAIN), second).state.unit == "H29.16.03"


def test_a_step_that_began_again_is_not_finished_by_a_report_of_before():
    on = [
        taken(finished(UNIT, "forward", december(3))),
        taken(finished(CHECKER, "check", december(4))),
        taken(sent_back(SIGNER, "sign", "check", december(8, "16:00"))),
    ]
    story = begun(*on).when(taken(finished(CHECKER, "check", december(7)), december(8, "16:30")))
    assert objection(story)[0] == "step-not-open"
    assert holds(story) == {"check": CHECKER}
    assert holds(story.when(taken(finished(CHECKER, "check", december(9))))) == {"sign": SIGNER}
    assert story.when(taken(took(CHECKER, "check", december(8, "15:56")), december(8, "16:30"))).says(
        DossierAcknowledged
    )
