"""What is claimed of a submission is bounded by when the bus took it in; history comes from imports alone."""

from datetime import datetime, timedelta

import pytest

from contracts.claims import Withdrawal
from contracts.intake import DossierReceived, DossierRefused, DossierWithdrawn
from contracts.rule_days import ANY_RECORD
from domain.worktime import ZONE
from tests.given import SUBMISSION, at, given, submitted
from tests.unit.intake.telling import application, applied, took_back


def december(day, clock="08:00"):
    """A moment of December 2026 in Vietnam: the 1st is a Tuesday."""
    return datetime.fromisoformat(f"2026-12-{day:02}T{clock}").replace(tzinfo=ZONE)


def test_who_writes_an_old_time_is_received_when_the_tolerance_allows(intake):
    story = given(intake).when(applied(december(3)).take_in(december(22, "10:00")))
    assert story.event(DossierReceived).time == december(18, "10:00")


def test_a_portal_that_was_cut_off_for_a_day_loses_nothing(intake):
    story = given(intake).when(applied(december(3)).take_in(december(4, "08:30")))
    assert story.event(DossierReceived).time == december(3)


def test_what_the_bus_took_in_before_the_rule_counts_as_it_says(intake):
    story = given(intake).when(applied(at(2)).take_in(ANY_RECORD - timedelta(milliseconds=1)))
    assert story.event(DossierReceived).time == at(2)


def test_no_deadline_is_escaped_by_a_withdrawal_of_long_ago(intake):
    story = given(intake, applied(december(2)).take_in(december(2)))
    story = story.when(took_back(december(3)).take_in(december(22, "10:00")))
    assert story.event(DossierWithdrawn).time == december(18, "10:00")


def test_of_two_applications_the_one_that_was_taken_in_first_counts_whatever_time_they_claim(intake):
    mine = applied(december(3)).take_in(december(3))
    theirs = submitted(application(applicant_ref="stranger"), december(2)).take_in(december(3, "09:00"))
    for order in ((mine, theirs), (theirs, mine)):
        story = given(intake, *order)
        assert story.ever(DossierReceived)[0].applicant_ref == "person-1"


def test_what_was_taken_in_before_the_rule_comes_before_all_that_came_after(intake):
    old, new = applied(december(3)), submitted(application(applicant_ref="stranger"), december(2))
    assert given(intake, old, new.take_in(december(4))).ever(DossierReceived)[0].applicant_ref == "person-1"


HISTORY = {"historic_code": SUBMISSION, "historic_appointment": at(9), "procedure": "old-1", "components": ()}


@pytest.mark.parametrize(
    ("source", "timeline", "accepted"),
    [
        ("/import/log", "import-2019", True),
        ("/import/log", "live", False),
        ("/portal/test", "live", False),
        ("/portal/test", "import-2019", False),
        ("/importer", "import-2019", False),
    ],
)
def test_history_comes_from_imports_alone_and_never_live(intake, source, timeline, accepted):
    told = applied(december(3), **HISTORY).model_copy(update={"source": source, "timeline": timeline})
    (answer,) = given(intake).when(told.take_in(december(3))).said_data
    assert isinstance(answer, DossierReceived if accepted else DossierRefused)
    assert accepted or "history comes from an import" in answer.reason


@pytest.mark.parametrize("claim", [{}, {"components": ()}, {"historic_code": "H29.16-261201-0001"}])
def test_who_calls_his_submission_by_the_code_of_a_dossier_moves_nothing_of_that_dossier(intake, claim):
    code = "H29.16-261201-0001"
    told = submitted(application(**claim), december(3), submission=code).take_in(december(3))
    back = submitted(Withdrawal(), december(4), submission=code).take_in(december(4))
    story = given(intake).when(told, back)
    (refusal,) = story.said
    assert isinstance(refusal.data, DossierRefused)
    assert "choose an id of your own" in refusal.data.reason
    assert (refusal.correlationid, refusal.subject == code) == (code, False)


@pytest.mark.parametrize("mine", ["web-261201-0001", "H29.16-mine-0001", "submission-261201"])
def test_other_ids_of_submissions_are_free(intake, mine):
    told = submitted(application(), december(3), submission=mine).take_in(december(3))
    assert given(intake).when(told).says(DossierReceived)
