"""An applicant's data goes on request, or when the time to keep it is over; and only then."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.intake import ApplicantErased, ErasureRequested
from services.intake.erasing import Erasing
from tests.given import SUBMISSION, at, fact, given, submitted
from tests.unit.intake.telling import application, applied, brought, collected, completed, took_back

CODE = "H29.16.01-260302-0001"
DAYS = timedelta(days=90)
BASIS = "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15; Luật Khiếu nại 02/2011/QH13, Điều 9"
AFTER = datetime(2026, 12, 1, tzinfo=UTC)
"""The bus took it in when its rules counted."""

MOMENT = timedelta(microseconds=1)


def asked(time, reference="person-1"):
    data = ErasureRequested(reference=reference, by="CB-0007", basis="Đơn ngày 01/03/2026")
    return fact(data, time, source="/operator", subject=SUBMISSION)


def delivered(intake):
    return given(intake, applied(), completed(at(4)), collected(at(5)))


def ordered(story):
    return [effect.order for effect in story.decision.effects if isinstance(effect.order, Erasing)]


def erased(story, now=None):
    """The adapter did what was ordered, and said so."""
    return story.when(*(event for order in ordered(story) for event in order.told), now=now)


ENDS = {
    "delivered": ((completed(at(4)), collected(at(5))), at(5)),
    "withdrawn": ((took_back(at(3)),), at(3)),
}


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_erased_before_the_time_to_keep_it_is_over(intake, end):
    deeds, ended_at = ENDS[end]
    story = given(intake, applied(), *deeds).when(now=ended_at + DAYS - MOMENT)
    assert not ordered(story)
    assert (story.timer.at, story.timer.timeline) == (ended_at + DAYS, "live")


@pytest.mark.parametrize("end", ENDS)
def test_it_is_erased_as_soon_as_the_time_is_over(intake, end):
    deeds, ended_at = ENDS[end]
    (order,) = ordered(given(intake, applied(), *deeds).when(now=ended_at + DAYS))
    assert (order.submission, order.reference) == (SUBMISSION, "person-1")
    assert [event.subject for event in order.told] == [CODE]
    for event in order.told:
        assert event.data == ApplicantErased(
            submission_id=SUBMISSION, reference="person-1", reason="retention", basis=BASIS, by="intake"
        )
        assert event.time == ended_at + DAYS


def test_what_was_told_of_before_it_had_its_code_is_erased_under_both_names(intake):
    story = given(intake, applied(components=())).when(brought(at(2, "10:00"), "form", "plan", "land-proof"))
    (order,) = ordered(story.when(took_back(at(3))).when(now=at(3) + DAYS))
    assert [event.subject for event in order.told] == [CODE, SUBMISSION]
    assert len({event.id for event in order.told}) == 2


def test_who_is_refused_is_erased_too_and_told_of_once(intake):
    story = given(intake, applied(channel="post")).when(now=at(2, "09:00") + DAYS)
    (order,) = ordered(story)
    assert [event.subject for event in order.told] == [SUBMISSION]


def test_a_submission_that_is_withdrawn_before_it_is_accepted_is_over(intake):
    story = given(intake, applied(components=()), took_back(at(3))).when(now=at(3) + DAYS)
    assert len(ordered(story)) == 1


@pytest.mark.parametrize("deeds", [(), (completed(at(4)),)])
def test_what_is_not_over_is_kept_however_long_it_takes(intake, deeds):
    story = given(intake, applied(), *deeds).when(now=at(30) + 10 * DAYS)
    assert not ordered(story)
    assert story.timer is None


def test_who_gave_no_data_has_nothing_to_erase(intake):
    story = given(intake, applied(applicant_ref=None), took_back(at(3))).when(now=at(3) + DAYS)
    assert not ordered(story)
    assert story.timer is None


def test_once_it_is_said_nothing_is_ordered_again(intake):
    story = erased(delivered(intake).when(now=at(5) + DAYS), now=at(5) + DAYS)
    assert story.state.erased == ("person-1",)
    assert not ordered(story)
    assert story.timer is None


def test_as_long_as_it_is_not_said_it_is_ordered_again_with_the_same_words(intake):
    story = delivered(intake).when(now=at(5) + DAYS)
    assert ordered(story.when(now=at(5) + 2 * DAYS)) == ordered(story)


def test_on_request_it_is_erased_at_once(intake):
    request = asked(at(3))
    (order,) = ordered(given(intake, applied(), request))
    assert {event.data.reason for event in order.told} == {"request"}
    assert {(event.data.by, event.data.basis) for event in order.told} == {("CB-0007", "Đơn ngày 01/03/2026")}
    assert {(event.time, event.causationid) for event in order.told} == {(at(3), request.id)}


def test_a_request_for_somebody_else_erases_nobody(intake):
    assert not ordered(given(intake, applied(), asked(at(3), "person-2")))


def test_a_request_that_comes_before_its_application_waits_for_it(intake):
    story = given(intake, asked(at(1)))
    assert not ordered(story)
    assert len(ordered(story.when(applied()))) == 1


def test_of_two_requests_the_first_counts_in_whatever_order_they_are_read(intake):
    one, other = asked(at(3)), asked(at(4))
    assert ordered(given(intake, applied(), one, other)) == ordered(given(intake, applied(), other, one))


def test_erasing_stops_nothing_that_is_under_way(intake):
    story = erased(given(intake, applied(components=()), asked(at(2, "10:00"))))
    story = story.when(brought(at(3), "form", "plan", "land-proof"))
    assert story.state.outcome == "received"
    assert story.state.application.applicant_ref == "person-1"


def test_no_person_is_in_what_is_said(intake):
    (order,) = ordered(delivered(intake).when(now=at(5) + DAYS))
    assert {*order.told[0].data.model_dump()} == {"submission_id", "reference", "reason", "basis", "by"}


def test_a_submission_that_took_a_dossiers_code_for_its_id_erases_nobody_of_that_dossier(intake):
    """It is told of as its refusal was: under an id of its own."""
    thief = "H29.16.01-260302-0007"
    taken = submitted(application(), at(2), submission=thief).take_in(AFTER)
    story = given(intake).when(taken)
    (refusal,) = story.said
    (order,) = ordered(story.when(now=AFTER + DAYS))
    assert [event.subject for event in order.told] == [refusal.subject]
    assert refusal.subject != thief
