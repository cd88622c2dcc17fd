"""Reports that come before what they follow from: caught up after an outage, or dealt over partitions without a key."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.routing import (
    ConsultationAnswered,
    DossierAcknowledged,
    DossierResumed,
    DossierStepCompleted,
    ReportRejected,
)
from tests.given import given, received
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    ROUTING,
    SIGNER,
    TAX,
    UNIT,
    asks,
    bills,
    calm,
    finished,
    forwards,
    has_result,
    holds,
    objection,
    opines,
    paid,
    storm,
    took,
    withdrawn,
)
from tests.unit.routing.test_taken_in import december, taken

READING = datetime.min.replace(tzinfo=UTC)
"""What arrives on the live timeline does not tell the time."""

PATIENCE = timedelta(minutes=2)
RECEIPT = received(december(2), *CHAIN)


def heard(story, *events):
    """These are read, and nobody looks at the clock."""
    return story.when(*events, now=READING)


def begun(*facts):
    return heard(given(ROUTING), taken(RECEIPT), *facts)


def early(held_back=timedelta()):
    """The checker is done before the unit has said so; its reports were under way for a while."""
    return [
        taken(took(CHECKER, "check", december(3, "09:00")), december(3, "09:00") + held_back),
        taken(finished(CHECKER, "check", december(3, "10:00")), december(3, "10:00") + held_back),
    ]


def test_reports_on_a_step_that_has_not_begun_wait_for_it():
    story = heard(begun(), *early()).then()
    assert (story.timer.at, story.timer.timeline) == (december(3, "09:02"), "live")
    story = heard(story, taken(finished(UNIT, "forward", december(3, "08:30")), december(3, "10:01")))
    assert holds(story) == {"sign": SIGNER}
    assert story.event(DossierAcknowledged).time == december(3, "09:00")
    assert max(event.time for event in story.said) == december(3, "10:00")
    assert story.says(ReportRejected) == []
    assert story.timer is None


def test_what_they_follow_from_may_come_in_any_order():
    reports = [*early(), taken(finished(UNIT, "forward", december(3, "08:30")), december(3, "10:01"))]
    for order in (reports, reports[::-1], [reports[1], reports[2], reports[0]]):
        story = begun()
        for report in order:
            story = heard(story, report)
        assert holds(story) == {"sign": SIGNER}
        assert story.ever(ReportRejected) == []


def test_when_its_time_is_over_an_early_report_is_told_so():
    story = heard(begun(), *early())
    story = story.when(now=december(3, "09:02") - timedelta(microseconds=1)).then()
    story = story.when(now=december(3, "09:02"))
    assert objection(story) == ("step-not-open", f"step check is not open; open now: forward with {UNIT}")
    assert story.timer.at == december(3, "10:02")
    assert story.when(now=december(3, "10:02")).timer is None


def test_it_waits_as_long_again_as_it_was_under_way():
    assert heard(begun(), *early(timedelta(hours=3))).timer.at == december(3, "15:00")


def test_but_no_longer_than_the_tolerance_whatever_time_it_claims():
    old = taken(finished(CHECKER, "check", december(3)), december(22, "10:00"))
    assert heard(begun(), old).timer.at == december(24, "10:00")


def test_custody_is_taken_even_if_the_end_of_the_step_was_read_first():
    story = heard(begun(), taken(finished(UNIT, "forward", december(3, "10:00"))))
    story = heard(story, taken(took(UNIT, "forward", december(3, "09:00")), december(3, "10:01")))
    assert story.event(DossierAcknowledged).time == december(3, "09:00")
    assert story.says(DossierAcknowledged)[0].attempt == 1
    assert holds(story) == {"check": CHECKER}


@pytest.mark.parametrize("end", [withdrawn(december(3, "10:00")), forwards(UNIT, "forward", TAX, december(3, "10:00"))])
def test_and_if_the_dossier_was_withdrawn_or_handed_on(end):
    story = heard(begun(), taken(end), taken(took(UNIT, "forward", december(3, "09:00")), december(3, "10:01")))
    assert story.ever(DossierAcknowledged)[0].agency == UNIT
    assert story.ever(ReportRejected) == []


def test_custody_of_a_step_that_was_over_by_then_is_none():
    story = heard(begun(), taken(finished(UNIT, "forward", december(3, "10:00"))))
    story = heard(story, taken(took(UNIT, "forward", december(3, "10:01")))).then()
    assert objection(story.when(now=december(3, "11:00")))[0] == "step-not-open"


def test_custody_told_so_late_that_it_counts_from_after_the_end_is_none():
    story = heard(begun(), taken(finished(UNIT, "forward", december(3, "10:00"))))
    assert (
        objection(heard(story, taken(took(UNIT, "forward", december(3, "09:00")), december(22))))[0] == "step-not-open"
    )


def test_a_report_on_an_unknown_dossier_waits_for_its_receipt_as_long_as_it_was_under_way():
    story = heard(given(ROUTING), taken(took(UNIT, "forward", december(3, "09:00")), december(3, "14:00"))).then()
    assert story.timer.at == december(3, "19:00")
    story = story.when(now=december(3, "18:59")).then()
    assert objection(story.when(now=december(3, "19:00")))[0] == "unknown-dossier"
    story = heard(story, taken(received(december(3), *CHAIN), december(3, "18:59")))
    assert (story.says(DossierAcknowledged)[0].agency, story.timer) == (UNIT, None)


def test_of_reports_on_an_unknown_dossier_each_has_its_own_time():
    one, other = (taken(took(UNIT, "forward", december(3, clock))) for clock in ("09:00", "09:01"))
    story = heard(given(ROUTING), one, other).when(now=december(3, "09:02"))
    assert (story.said[0].causationid, story.timer.at) == (one.id, december(3, "09:03"))


def test_a_report_while_the_citizen_is_waited_for_waits_for_what_he_brought():
    story = heard(begun(), taken(bills(UNIT, "forward", december(3, "09:00"))))
    story = heard(story, taken(finished(UNIT, "forward", december(3, "10:00")))).then()
    assert objection(story.when(now=december(3, "10:02")))[0] == "suspended"
    story = heard(story, taken(paid(december(3, "09:59"))))
    assert (story.says(DossierResumed) != [], holds(story)) == (True, {"check": CHECKER})


def test_an_opinion_may_come_before_its_question():
    story = heard(begun(), taken(opines(TAX, december(3, "10:00"), name="forward"))).then()
    story = heard(story, taken(asks(UNIT, "forward", TAX, december(3, "09:00")), december(3, "10:01")))
    assert story.event(ConsultationAnswered).time == december(3, "10:00")


def test_the_end_of_a_storm_may_come_before_its_beginning():
    story = heard(begun(), taken(calm(UNIT, december(3, "10:00")))).then()
    story = heard(story, taken(storm(UNIT, "forward", december(3, "09:00")), december(3, "10:01")))
    assert story.event(DossierResumed).time == december(3, "10:00")


def test_no_storm_ends_before_it_began():
    story = heard(begun(), taken(storm(UNIT, "forward", december(3, "09:00"))))
    assert objection(heard(story, taken(calm(UNIT, december(3, "08:54")), december(3, "09:10"))))[0] == "not-suspended"


def test_who_does_not_hold_it_hears_so_as_soon_as_all_is_read():
    story = heard(begun(), taken(finished(TAX, "forward", december(3, "09:00")))).then()
    assert story.timer.at == december(3, "09:00")
    assert objection(story.when(now=december(3, "09:00")))[0] == "not-the-holder"


def test_unless_it_was_held_back_itself_and_the_hand_over_may_be_too():
    story = heard(begun(), taken(took(TAX, "forward", december(3, "10:00")), december(3, "11:00"))).then()
    assert story.timer.at == december(3, "12:00")
    story = heard(story, taken(forwards(UNIT, "forward", TAX, december(3, "09:00")), december(3, "11:01")))
    assert story.event(DossierAcknowledged).time == december(3, "10:00")


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (finished(UNIT, "dance", december(3)), "unknown-step"),
        (has_result(UNIT, december(3)), "route-fixed"),
        (asks(UNIT, "forward", TAX, december(3), "soon"), "bad-limit"),
        (forwards(UNIT, "forward", "H29.99", december(3)), "unknown-agency"),
    ],
    ids=lambda code: code if isinstance(code, str) else "",
)
def test_what_can_never_be_right_is_answered_at_once(report, code):
    assert objection(heard(begun(), taken(report)))[0] == code


def test_so_is_what_comes_when_all_is_over():
    over = [taken(withdrawn(december(3))), taken(finished(UNIT, "forward", december(3, "10:00")))]
    assert heard(begun(), *over).says(ReportRejected)[0].code == "dossier-finished"


def test_what_waits_keeps_nobody_else_waiting():
    story = heard(begun(), *early(), taken(finished(UNIT, "dance", december(3, "10:30"))))
    assert [data.code for data in story.says(ReportRejected)] == ["unknown-step"]
    assert len(story.state.unanswered) == 2


def test_on_another_timeline_what_is_wrong_is_told_so_at_once():
    played = {"timeline": "import"}
    facts = [
        event.model_copy(update=played).take_in(december(22))
        for event in (RECEIPT, finished(CHECKER, "check", december(3)))
    ]
    assert given(ROUTING, *facts).says(ReportRejected)[0].code == "step-not-open"
    assert given(ROUTING, RECEIPT, finished(CHECKER, "check", december(3))).ever(DossierStepCompleted) == []
