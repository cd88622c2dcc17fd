"""Which agencies a record concerns."""

from typing import Any

import pytest

from contracts import intake, rating, routing, sla
from contracts.envelope import Payload
from contracts.topics import PAYLOADS
from tests.given import CODE, at, fact, received, step
from tools.operations.access_plan import PRIVATE, PUBLIC, RELAYED
from tools.operations.relay.concerns import DRAWS, Concern, concern

UNIT, PLANNER, TAX, OTHER = "H29.16", "H29.05", "H29.30", "H29.13"
ANSWERS = {routing.ReportRejected, intake.SubmissionRejected}


def of(data: Payload, **envelope: Any) -> Concern:
    return concern(fact(data, at(2), **envelope))


def test_a_receipt_concerns_every_agency_of_its_route_the_unit_and_who_decides():
    found = concern(received(at(2), step("take", UNIT), step("tax", TAX, "take")))
    assert found.draws == {UNIT, PLANNER, TAX}


def test_a_hand_over_concerns_both_sides():
    data = routing.DossierTransferred(step="tax", attempt=1, from_agency=UNIT, to_agency=TAX)
    assert of(data).draws == {UNIT, TAX}


def test_a_question_concerns_who_is_asked_and_who_asks():
    data = routing.ConsultationRequested(
        consultation="c1", step="tax", attempt=1, agency=OTHER, asked_by=TAX, limit="3 working-days", question="May it?"
    )
    assert of(data).draws == {TAX, OTHER}


def test_an_escalation_concerns_the_level_above():
    data = sla.DossierEscalated(
        deadline="dossier", due=at(3), rung="level-above", agency=TAX, to_agency="H29", reason="overdue"
    )
    assert of(data).draws == {TAX, "H29"}


def test_a_successor_that_was_named_is_drawn_in():
    data = routing.DossierStepCompleted(step="tax", attempt=1, agency=TAX, next_agency=OTHER)
    assert of(data).draws == {TAX, OTHER}


def test_a_complaint_concerns_the_agency_that_it_is_about():
    data = rating.FeedbackSubmitted(category="attitude", agency=OTHER, text_ref="r")
    assert of(data, subject="feedback-1") == Concern("feedback-1", draws=frozenset({OTHER}))


def test_who_reports_nonsense_about_a_dossier_gets_the_answer_and_not_the_dossier():
    data = routing.ReportRejected(report_id="r1", agency=OTHER, code="not-the-holder", reason="H29.30 holds it")
    found = of(data)
    assert found == Concern(f"{CODE}|{OTHER}", frozenset({OTHER}))


@pytest.mark.parametrize(
    ("sender", "answers"), [(f"/agency/{OTHER}", {OTHER}), ("/portal/web", set()), ("/agency/", set())]
)
def test_a_submission_that_was_none_is_answered_to_the_counter_that_sent_it(sender, answers):
    data = intake.SubmissionRejected(record_id="r1", sender=sender, code="malformed", reason="no")
    assert of(data).draws == answers
    assert of(data).subject != CODE


def test_a_citizens_payment_draws_nobody_in():
    assert not of(intake.DossierPaid(amount=1)).draws


def test_a_withdrawal_of_a_dossier_names_no_unit():
    assert not of(intake.DossierWithdrawn()).draws


def test_every_topic_that_is_relayed_has_its_line_and_no_other():
    assert {PAYLOADS[topic] for topic in RELAYED} == {*DRAWS, *ANSWERS}


def test_what_would_tell_who_rated_is_not_relayed():
    assert not {*RELAYED} & {*PRIVATE, *PUBLIC}
    assert {"rating.submitted", "rating.counted"} == {*PRIVATE}
