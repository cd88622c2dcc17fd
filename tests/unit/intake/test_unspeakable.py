"""What everybody on the bus would read holds nothing of a person: a submission that does is not judged."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts import rule_days
from contracts.intake import DossierReceived, SubmissionRejected
from domain.worktime import ZONE
from tests.given import SUBMISSION, given, submitted
from tests.unit.intake.telling import application, applied, brought, took_back

DECEMBER = datetime(2026, 12, 2, 9, tzinfo=ZONE)


def lodged(**fields):
    """As the bus took it in: when it was made."""
    event = applied(DECEMBER, **fields)
    return event.take_in(event.time)


UNDECLARED = {"attributes": {"age": 20, "religion": "none"}}
PRIVATE = {"attributes": {"age": 20, "note": "0912345678"}}


def test_personal_data_is_refused_and_not_quoted(intake):
    event = lodged(**PRIVATE)
    story = given(intake).when(event)
    (answer,) = story.says(SubmissionRejected)
    assert (answer.code, answer.record_id, answer.sender) == ("personal-data", event.id, "/portal/test")
    assert "attributes holds a phone number" in answer.reason
    assert "0912" not in answer.reason
    assert story.event(SubmissionRejected).subject == SUBMISSION


def test_nor_does_a_submission_take_a_phone_number_for_its_id(intake):
    event = submitted(application(), DECEMBER, submission="0912345678")
    (answer,) = given(intake).when(event.take_in(event.time)).says(SubmissionRejected)
    assert (answer.code, "submission_id" in answer.reason) == ("personal-data", True)


@pytest.mark.parametrize(
    "attributes",
    [{"age": 20, "religion": "none"}, {"age": "twenty"}, {"age": True}, {"floors": 3}, {"Nguyễn Thị Hoa": 1}],
)
def test_an_attribute_that_the_procedure_does_not_ask_for_is_refused_and_not_quoted(intake, attributes):
    (answer,) = given(intake).when(lodged(attributes=attributes)).says(SubmissionRejected)
    assert answer.code == "undeclared"
    assert "Hoa" not in answer.reason
    assert "religion" not in answer.reason


def test_nothing_more_is_said_of_it_but_that_its_applicant_goes(intake):
    story = given(intake, lodged(**UNDECLARED))
    story = story.when(brought(DECEMBER + timedelta(days=1), "photo"), took_back(DECEMBER + timedelta(days=2)))
    story.then()
    assert story.state.outcome == "refused"
    assert story.timer.at == DECEMBER + timedelta(days=90)


def test_what_is_declared_is_taken(intake):
    assert given(intake).when(lodged(attributes={"age": 20})).says(DossierReceived)


@pytest.mark.parametrize("attributes", [UNDECLARED["attributes"], PRIVATE["attributes"]])
def test_what_was_taken_in_before_the_rule_counts_as_it_did(intake, attributes, monkeypatch):
    monkeypatch.setattr(rule_days, "NO_PERSONAL_DATA", datetime(2027, 1, 1, tzinfo=UTC))
    assert given(intake).when(lodged(attributes=attributes)).says(DossierReceived)


def test_what_was_kept_without_a_stamp_counts_as_it_did(intake):
    assert given(intake).when(applied(**UNDECLARED)).says(DossierReceived)
