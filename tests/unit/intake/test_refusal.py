import pytest

from contracts.intake import DossierRefused
from tests.given import SUBMISSION, at, given
from tests.unit.intake.telling import MONDAY, applied, brought, collected, paid, took_back

IMPOSSIBLE = {
    "not-eligible": {"attributes": {"age": 17}},
    "unknown-procedure": {"procedure": "9.999999"},
    "channel-not-offered": {"channel": "post"},
    "unknown-unit": {"receiving_unit": "H29.99"},
}


@pytest.mark.parametrize(
    ("code", "language", "words"),
    [
        ("not-eligible", "vi", "Phải đủ 18 tuổi."),
        ("not-eligible", "en", "You must be 18 or older."),
        ("unknown-procedure", "vi", "9.999999: không có thủ tục này"),
        ("unknown-procedure", "en", "no such procedure"),
        ("channel-not-offered", "vi", "chỉ tiếp nhận qua"),
        ("channel-not-offered", "en", "only by: counter, online"),
        ("unknown-unit", "vi", "H29.99: không phải Bộ phận Một cửa"),
        ("unknown-unit", "en", "not a one-stop unit"),
    ],
)
def test_a_refusal_gives_its_code_and_the_reason_in_the_citizens_language(intake, code, language, words):
    impossible = applied(language=language, **IMPOSSIBLE[code])
    story = given(intake).when(impossible)
    event = story.event(DossierRefused)
    assert (event.data.code, event.data.language) == (code, language)
    assert words in event.data.reason
    assert (event.subject, event.time, event.causationid) == (SUBMISSION, MONDAY, impossible.id)
    assert (story.state.outcome, story.state.reason) == ("refused", event.data.reason)


def test_a_reason_for_the_ineligible_is_in_no_other_language(intake):
    (refusal,) = given(intake).when(applied(attributes={"age": 17})).said_data
    assert "18 or older" not in refusal.reason


def test_a_refusal_names_what_was_asked_where_and_by_whom(intake):
    (refusal,) = given(intake).when(applied(channel="post")).said_data
    assert (refusal.procedure, refusal.receiving_unit, refusal.applicant_ref) == ("1.000001", "H29.16.01", "person-1")


def test_an_agency_without_a_counter_takes_nothing_in(intake):
    (refusal,) = given(intake).when(applied(receiving_unit="H29.05")).said_data
    assert refusal.code == "unknown-unit"


def test_an_unknown_competent_agency_is_refused(intake):
    (refusal,) = given(intake).when(applied(competent_agency="H29.16.77")).said_data
    assert (refusal.code, "H29.16.77" in refusal.reason) == ("unknown-unit", True)


@pytest.mark.parametrize("code", IMPOSSIBLE)
def test_nobody_is_asked_to_complete_what_will_be_refused(intake, code):
    story = given(intake).when(applied(components=(), **IMPOSSIBLE[code]))
    assert [type(data) for data in story.said_data] == [DossierRefused]


@pytest.mark.parametrize("later", [brought(at(3), "form"), took_back(at(3)), paid(at(3), 1), collected(at(3))], ids=str)
def test_after_a_refusal_nothing_more_is_said(intake, later):
    story = given(intake, applied(channel="post"))
    assert story.when(later).then().state.outcome == "refused"


def test_a_refusal_stays_when_an_older_application_turns_up(intake):
    story = given(intake, applied(at(2, "10:00"), channel="post")).when(applied())
    assert story.then().state.outcome == "refused"


def test_a_refused_dossier_is_refused_even_if_it_was_asked_to_be_completed_before(intake):
    story = given(intake, applied(at(2, "10:00"), components=())).when(applied(channel="post"))
    assert story.says(DossierRefused)
    assert story.state.outcome == "refused"


def test_a_dossier_completed_on_a_full_day_is_refused_at_that_moment(intake):
    story = given(intake, applied(components=()), numbers=lambda _: 10_000)
    completing = brought(at(3, "10:00"), "form", "plan", "land-proof")
    story = story.when(completing)
    event = story.event(DossierRefused)
    assert (event.time, event.causationid) == (at(3, "10:00"), completing.id)
    assert (story.state.outcome, story.state.missing) == ("refused", ())
