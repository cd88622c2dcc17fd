import pytest

from contracts.intake import NO_APPOINTMENT, DossierDelivered, DossierReceived, DossierRefused, DossierWithdrawn
from tests.given import SUBMISSION, at, given
from tests.unit.intake.telling import MONDAY, applied, brought, collected, completed, took_back

CODE = "H29.16.01-260302-0001"
TO_WHOM = DossierWithdrawn(procedure="1.000001", receiving_unit="H29.16.01", applicant_ref="person-1")


def test_before_acceptance_a_submission_is_withdrawn(intake):
    leaving = took_back(at(3))
    story = given(intake, applied(components=())).when(leaving)
    story.then(TO_WHOM)
    assert (story.said[0].subject, story.said[0].time, story.said[0].causationid) == (SUBMISSION, at(3), leaving.id)
    assert story.state.outcome == "withdrawn"


def test_what_was_withdrawn_is_not_accepted_any_more(intake):
    story = given(intake, applied(components=()), took_back(at(3)))
    assert story.when(brought(at(4), "form", "plan", "land-proof")).then().state.outcome == "withdrawn"


@pytest.mark.parametrize("hour", range(8, 17))
def test_it_stays_withdrawn_even_if_it_was_asked_to_be_completed_since(intake, hour):
    story = given(intake, applied(components=()), brought(at(4, f"{hour:02}:00"), "form")).when(took_back(at(3)))
    assert story.then(TO_WHOM).state.outcome == "withdrawn"


def test_after_acceptance_the_dossier_is_withdrawn(intake):
    story = given(intake, applied()).when(took_back(at(3)))
    story.then(DossierWithdrawn())
    assert (story.said[0].subject, story.said[0].time) == (CODE, at(3))
    assert (story.state.outcome, story.state.code) == ("withdrawn", CODE)


@pytest.mark.parametrize("day", [1, 3])
def test_what_is_complete_has_its_number_even_if_it_is_withdrawn_when_it_is_read(intake, day):
    """Whoever looked before it was withdrawn may have been given the number, and died with it."""
    story = given(intake).when(applied(), took_back(at(day)))
    assert {type(event.data): event.subject for event in story.said} == {DossierReceived: CODE, DossierWithdrawn: CODE}
    assert story.state.outcome == "withdrawn"


def test_a_dossier_is_withdrawn_once(intake):
    given(intake, applied(), took_back(at(3))).when(took_back(at(4))).then()


def test_what_is_completed_can_not_be_withdrawn(intake):
    story = given(intake, applied(), completed(at(4)))
    assert story.when(took_back(at(5))).then().state.outcome == "received"


def test_the_result_is_delivered_after_completion(intake):
    story = given(intake, applied(), completed(at(4)))
    handing_over = collected(at(5), "post")
    story = story.when(handing_over).then(DossierDelivered(channel="post"))
    assert (story.said[0].subject, story.said[0].time, story.said[0].causationid) == (CODE, at(5), handing_over.id)
    assert story.state.outcome == "delivered"


def test_nothing_is_delivered_before_completion(intake):
    assert given(intake, applied()).when(collected(at(5))).then().state.outcome == "received"


def test_a_handing_over_that_overtakes_the_completion_is_said_when_that_arrives(intake):
    story = given(intake, applied(), collected(at(5))).when(completed(at(4))).then(DossierDelivered(channel="counter"))
    assert story.said[0].time == at(5)


def test_a_result_is_not_handed_over_before_it_is_signed_whatever_the_clocks_say(intake):
    story = given(intake, applied(), collected(at(4))).when(completed(at(5)))
    assert story.said[0].time == at(5)


def test_a_result_is_delivered_once(intake):
    given(intake, applied(), completed(at(4)), collected(at(5))).when(collected(at(6), "post")).then()


HISTORY = {"historic_code": SUBMISSION, "historic_appointment": at(9), "procedure": "old-1", "components": ()}


def test_history_keeps_its_code_and_its_date_and_travels_freely(intake):
    old = applied(receiving_unit="anywhere", attributes={}, **HISTORY)
    story = given(intake).when(old)
    story.then(
        DossierReceived(
            submission_id=SUBMISSION,
            procedure="old-1",
            procedure_version=0,
            channel="counter",
            receiving_unit="anywhere",
            competent_agency="anywhere",
            limit="",
            appointment_date=at(9),
        )
    )
    assert (story.said[0].subject, story.said[0].time) == (SUBMISSION, MONDAY)
    assert story.decision.allotment is None
    assert (story.state.outcome, story.state.code) == ("received", SUBMISSION)


def test_history_knows_who_was_competent(intake):
    (receipt,) = given(intake).when(applied(competent_agency="elsewhere", **HISTORY)).said_data
    assert receipt.competent_agency == "elsewhere"


def test_history_stays_on_its_own_timeline(intake):
    old = applied(**HISTORY).model_copy(update={"timeline": "import-2019"})
    assert given(intake).when(old).said[0].timeline == "import-2019"


def test_history_without_its_own_code_is_refused(intake):
    (refusal,) = given(intake).when(applied(**{**HISTORY, "historic_code": "H29.16-190102-0001"})).said_data
    assert isinstance(refusal, DossierRefused)
    assert "historic_code" in refusal.reason


def test_history_without_a_date_is_received_without_an_appointment(intake):
    story = given(intake).when(applied(**{**HISTORY, "historic_appointment": None}))
    (receipt,) = story.said_data
    assert (receipt.appointed, receipt.appointment, receipt.appointment_date) == (False, None, NO_APPOINTMENT)
    assert (story.state.outcome, story.state.appointment) == ("received", None)


def test_history_ends_like_everything_else(intake):
    story = given(intake, applied(**HISTORY), completed(at(4)))
    story.when(collected(at(5))).then(DossierDelivered(channel="counter"))


def test_history_that_was_withdrawn_was_received_first(intake):
    story = given(intake).when(applied(**HISTORY), took_back(at(3)))
    assert [type(event.data) for event in story.said] == [DossierReceived, DossierWithdrawn]
