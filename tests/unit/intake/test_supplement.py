import itertools

import pytest

from contracts.intake import DossierPaid, DossierReceived, DossierSupplemented, DossierSupplementRequested
from tests.given import SUBMISSION, at, given
from tests.unit.intake.telling import MONDAY, applied, brought, paid, stopped_for, stopped_for_payment

ITEMS = ("form", "plan", "land-proof")


def asked(story):
    return [data.missing for data in story.says(DossierSupplementRequested)]


@pytest.mark.parametrize("count", range(3))
def test_an_incomplete_application_is_told_exactly_what_is_missing(intake, count):
    for handed_in in itertools.combinations(ITEMS, count):
        incomplete = applied(components=handed_in)
        story = given(intake).when(incomplete)
        missing = tuple(item for item in ITEMS if item not in handed_in)
        story.then(
            DossierSupplementRequested(
                submission_id=SUBMISSION,
                missing=missing,
                reason="thiếu thành phần hồ sơ / the dossier is incomplete",
                procedure="1.000001",
                receiving_unit="H29.16.01",
                applicant_ref="person-1",
            )
        )
        assert (story.said[0].subject, story.said[0].causationid) == (SUBMISSION, incomplete.id)
        assert (story.state.outcome, story.state.missing, story.state.code) == ("supplement-requested", missing, "")


def test_what_completes_it_is_its_receipt(intake):
    completing = brought(at(4, "14:00"), "land-proof")
    story = given(intake, applied(components=("form", "plan"))).when(completing)
    event = story.event(DossierReceived)
    assert (event.time, event.causationid) == (at(4, "14:00"), completing.id)
    assert event.subject == "H29.16.01-260304-0001"
    assert event.data.appointment_date == at(9, "14:00")
    assert (story.state.outcome, story.state.missing) == ("received", ())


def test_several_supplements_each_shorten_the_list(intake):
    story = given(intake, applied(components=()))
    story = story.when(brought(at(3), "plan"))
    assert asked(story) == [("form", "land-proof")]
    story = story.when(brought(at(4), "form", "photo"))
    assert asked(story) == [("land-proof",)]
    assert story.when(brought(at(5), "land-proof")).event(DossierReceived).time == at(5)


def test_a_supplement_that_brings_nothing_new_is_not_answered_twice(intake):
    story = given(intake, applied(components=("form", "plan")))
    story.when(brought(at(3), "photo")).then()


def test_what_comes_after_the_receipt_does_not_move_it(intake):
    story = given(intake, applied())
    assert story.when(brought(at(3), "photo")).then().state.outcome == "received"


def test_it_is_complete_with_the_last_required_item_not_with_what_came_later(intake):
    last = brought(at(3), "land-proof")
    story = given(intake).when(applied(components=("form", "plan")), last, brought(at(4), "photo"))
    assert (story.event(DossierReceived).time, story.event(DossierReceived).causationid) == (at(3), last.id)


def test_what_was_brought_before_the_application_counts_from_the_application(intake):
    story = given(intake, brought(at(1), "land-proof")).when(applied(components=("form", "plan")))
    assert story.event(DossierReceived).time == MONDAY


@pytest.mark.parametrize("hour", range(8, 17))
def test_an_accepted_dossier_lacks_nothing_even_if_the_last_item_arrives_late(intake, hour):
    late, early = brought(at(4, f"{hour:02}:00"), "form"), brought(at(3), "plan", "land-proof")
    story = given(intake, applied(components=())).when(late)
    assert asked(story) == [("plan", "land-proof")]
    story = story.when(early)
    assert story.event(DossierReceived).time == late.time
    assert (story.state.outcome, story.state.missing, story.state.reason) == ("received", (), "")


def test_an_agencys_wish_is_passed_on_with_its_reason(intake):
    wish = stopped_for(at(3), "plan", "sketch")
    story = given(intake, applied()).when(wish)
    (request,) = story.said_data
    assert (request.missing, request.reason) == (("plan", "sketch"), "Bản vẽ mờ")
    event = story.event(DossierSupplementRequested)
    assert (event.subject, event.time, event.causationid) == ("H29.16.01-260302-0001", at(3), wish.id)
    assert (story.state.outcome, story.state.missing) == ("received", ("plan", "sketch"))


def test_what_the_citizen_brings_then_is_passed_on(intake):
    answer = brought(at(4), "plan")
    story = given(intake, applied(), stopped_for(at(3), "plan")).when(answer)
    story.then(DossierSupplemented(components=("plan",)))
    event = story.event(DossierSupplemented)
    assert (event.subject, event.time, event.causationid) == ("H29.16.01-260302-0001", at(4), answer.id)
    assert story.state.missing == ()


def test_a_second_supplement_for_the_same_wish_says_nothing(intake):
    story = given(intake, applied(), stopped_for(at(3), "plan"), brought(at(4), "plan"))
    story.when(brought(at(5), "plan")).then()


def test_every_wish_has_its_own_answer(intake):
    story = given(intake, applied(), stopped_for(at(3), "plan"), brought(at(4), "plan"))
    story = story.when(stopped_for(at(5), "plan"))
    assert asked(story) == [("plan",)]
    story.when(brought(at(6), "plan")).then(DossierSupplemented(components=("plan",)))


def test_what_was_brought_before_the_wish_is_no_answer(intake):
    story = given(intake, applied(components=("form", "plan")), brought(at(3), "land-proof"))
    story.when(stopped_for(at(4), "plan"))
    assert story.says(DossierSupplemented) == []


def test_an_answer_that_overtakes_the_wish_is_passed_on_when_the_wish_arrives(intake):
    story = given(intake, applied(), brought(at(4), "plan")).when(stopped_for(at(3), "plan"))
    assert story.says(DossierSupplemented) == [DossierSupplemented(components=("plan",))]
    assert story.state.missing == ()


def test_what_is_paid_is_passed_on(intake):
    answer = paid(at(4), 50_000)
    story = given(intake, applied(), stopped_for_payment(at(3))).when(answer)
    story.then(DossierPaid(amount=50_000))
    assert (story.said[0].time, story.said[0].causationid) == (at(4), answer.id)


def test_nobody_is_asked_for_documents_when_a_payment_is_awaited(intake):
    given(intake, applied()).when(stopped_for_payment(at(3))).then()


def test_documents_do_not_answer_for_a_payment_nor_money_for_documents(intake):
    given(intake, applied(), stopped_for_payment(at(3))).when(brought(at(4), "plan")).then()
    given(intake, applied(), stopped_for(at(3), "plan")).when(paid(at(4), 50_000)).then()


def test_a_payment_nobody_waits_for_says_nothing(intake):
    given(intake, applied()).when(paid(at(3), 50_000)).then()


def test_a_part_of_what_was_asked_for_is_no_answer_until_the_rest_comes(intake):
    story = given(intake, applied(), stopped_for(at(3), "plan", "sketch")).when(brought(at(4), "plan"))
    story.then()
    rest = story.when(brought(at(5), "sketch"))
    rest.then(DossierSupplemented(components=("plan", "sketch")))
    assert rest.event(DossierSupplemented).time == at(5)


def test_a_payment_that_is_too_small_is_no_answer_until_the_rest_is_paid(intake):
    story = given(intake, applied(), stopped_for_payment(at(3))).when(paid(at(4), 1))
    story.then()
    story.when(paid(at(5), 50_000)).then(DossierPaid(amount=50_001))


def test_money_is_spent_once_however_many_ask_for_it(intake):
    story = given(intake, applied(), stopped_for_payment(at(3)), stopped_for_payment(at(4)))
    story = story.when(paid(at(5), 50_000))
    story.then(DossierPaid(amount=50_000))
    story.when(paid(at(6), 50_000)).then(DossierPaid(amount=50_000))


def test_one_document_answers_everybody_who_asked_for_it(intake):
    story = given(intake, applied(), stopped_for(at(3), "plan"), stopped_for(at(4), "plan"))
    assert (
        story.when(brought(at(5), "plan")).says(DossierSupplemented) == [DossierSupplemented(components=("plan",))] * 2
    )
