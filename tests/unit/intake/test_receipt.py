import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.claims import Application
from contracts.envelope import DOSSIER_CODE_PATTERN
from contracts.intake import DossierReceived, DossierRefused, RouteStep
from domain.procedures import load_catalogue, load_directory
from domain.worktime import Lines, load_calendar
from services.intake.rules import Rules
from services.intake.service import service
from tests.given import OFFICE, SUBMISSION, at, given, submitted
from tests.unit.intake.telling import ALL, MONDAY, application, applied, brought


def test_a_complete_application_asks_for_the_next_number_of_the_units_day(intake):
    decision = intake.decide(intake.fold([applied(at(2, "16:59"))]), MONDAY)
    assert decision.events == ()
    assert (decision.allotment.series, decision.allotment.holder) == ("H29.16.01-260302", SUBMISSION)


@pytest.mark.parametrize(
    ("moment", "series"),
    [
        (datetime(2026, 3, 2, 16, 59, 59, tzinfo=UTC), "H29.16.01-260302"),
        (datetime(2026, 3, 2, 17, 0, tzinfo=UTC), "H29.16.01-260303"),
        (datetime(2026, 3, 2, 23, 30, tzinfo=UTC), "H29.16.01-260303"),
    ],
)
def test_the_day_of_the_number_is_vietnams(intake, moment, series):
    assert intake.decide(intake.fold([applied(moment)]), moment).allotment.series == series


def test_the_code_is_unit_date_and_four_digits(intake):
    receipt = applied(datetime(2026, 1, 5, 2, tzinfo=UTC), receiving_unit="H29.16", competent_agency="H29.16.02")
    event = given(intake).when(receipt).event(DossierReceived)
    assert event.subject == "H29.16-260105-0001"
    assert re.match(DOSSIER_CODE_PATTERN, event.subject)


def test_the_last_number_of_a_day_is_9999(intake):
    story = given(intake, numbers=lambda _: 9999).when(applied())
    assert story.event(DossierReceived).subject == "H29.16.01-260302-9999"


@pytest.mark.parametrize(("language", "words"), [("vi", "đã cấp hết 9999 số"), ("en", "given out all 9999 numbers")])
def test_number_10000_of_a_day_is_refused(intake, language, words):
    story = given(intake, numbers=lambda _: 10_000).when(applied(language=language))
    (refusal,) = story.said_data
    assert isinstance(refusal, DossierRefused)
    assert (refusal.code, refusal.language) == ("day-full", language)
    assert words in refusal.reason
    assert (story.state.outcome, story.state.code) == ("refused", "")


def test_the_receipt_says_who_does_what_by_when(intake):
    story = given(intake).when(applied(language="en"))
    story.then(
        DossierReceived(
            submission_id=SUBMISSION,
            procedure="1.000001",
            procedure_version=7,
            channel="counter",
            receiving_unit="H29.16.01",
            competent_agency="H29.16.01",
            applicant_ref="person-1",
            language="en",
            fee=75_000,
            limit="3 working-days",
            appointment_date=at(5, "09:00"),
            route=(
                RouteStep(id="forward", agency="H29.16.01", limit="2 working-hours"),
                RouteStep(id="inspect", agency="H29.16.01", limit="1 working-days", after=("forward",)),
                RouteStep(id="assess-tax", agency="H29.11.01", limit="1 working-days", after=("forward",)),
                RouteStep(id="sign", agency="H29.16.01", limit="2 working-hours", after=("inspect", "assess-tax")),
            ),
            working_out=Lines(
                vi=(
                    "Bắt đầu tính: 09:00 ngày 02/03/2026; thời hạn: 3 ngày làm việc",
                    "Tính 24 giờ làm việc trong 4 ngày, từ 02/03/2026 đến 05/03/2026",
                    "Đến hạn: 09:00 ngày 05/03/2026",
                ),
                en=(
                    "Counted from 09:00 on 2026-03-02; limit: 3 working days",
                    "Counted: 24 h of office hours on 4 days, 2026-03-02 to 2026-03-05",
                    "Due: 09:00 on 2026-03-05",
                ),
            ),
        )
    )
    assert story.said[0].time == MONDAY
    assert story.said[0].causationid == applied(language="en").id
    assert story.said[0].correlationid == SUBMISSION


def test_what_is_filed_elsewhere_is_forwarded_there_and_done_where_it_belongs(intake):
    (receipt,) = given(intake).when(applied(receiving_unit="H29.16", competent_agency="H29.16.02")).said_data
    assert (receipt.receiving_unit, receipt.competent_agency) == ("H29.16", "H29.16.02")
    assert {step.id: step.agency for step in receipt.route} == {
        "forward": "H29.16",
        "inspect": "H29.16.02",
        "assess-tax": "H29.11.02",
        "sign": "H29.16.02",
    }


@pytest.mark.parametrize("where", [{"receiving_unit": "H29.16.02"}, {"competent_agency": "H29.16.02"}])
def test_a_department_asks_the_commune_that_the_matter_belongs_to(intake, where):
    (receipt,) = given(intake).when(applied(procedure="1.000002", **where)).said_data
    assert receipt.competent_agency == "H29.05"
    assert {step.id: step.agency for step in receipt.route} == {
        "forward": where.get("receiving_unit", "H29.16.01"),
        "consult-commune": "H29.16.02",
        "decide": "H29.05",
    }


@pytest.mark.parametrize(
    ("declared", "route"),
    [
        ({"floors": 7}, {"forward": (), "survey": ("forward",), "sign": ("survey",)}),
        ({"floors": 6}, {"forward": (), "sign": ("forward",)}),
        ({}, {"forward": (), "sign": ("forward",)}),
    ],
)
def test_the_route_has_the_steps_that_the_dossiers_declarations_ask_for(intake, declared, route):
    (receipt,) = given(intake).when(applied(procedure="1.000003", attributes={"age": 20, **declared})).said_data
    assert {step.id: step.after for step in receipt.route} == route


def test_the_receipt_tells_when_its_procedure_is_due_soon(intake):
    (receipt,) = given(intake).when(applied(procedure="1.000003")).said_data
    assert receipt.due_soon == "3 working-hours"
    (receipt,) = given(intake).when(applied()).said_data
    assert receipt.due_soon is None


def test_the_appointment_is_in_working_time(intake):
    (receipt,) = given(intake).when(applied(at(6, "16:00"))).said_data
    assert receipt.appointment_date == at(11, "16:00")


def test_what_is_optional_may_be_missing_and_what_is_unknown_does_not_harm(intake):
    story = given(intake).when(applied(components=(*reversed(ALL), "poem")))
    assert story.says(DossierReceived)


def test_the_code_and_the_appointment_can_be_looked_up(intake):
    state = given(intake, applied()).state
    assert (state.code, state.outcome, state.appointment) == ("H29.16.01-260302-0001", "received", at(5, "09:00"))


def test_a_second_application_of_the_same_submission_is_no_second_dossier(intake):
    first = applied(components=())
    story = given(intake, applied(at(2, "09:05"))).when(first)
    story.then()
    assert len(story.ever(DossierReceived)) == 1


def test_of_two_applications_the_earlier_is_judged(intake):
    story = given(intake).when(applied(at(2, "09:05"), channel="online"), applied(channel="counter"))
    assert [receipt.channel for receipt in story.says(DossierReceived)] == ["counter"]


def test_nothing_is_said_before_there_is_an_application(intake):
    given(intake).when(brought(at(3), *ALL)).then()


def test_an_answer_carries_the_submission_it_is_kept_under_whatever_a_portal_says(intake):
    confused = submitted(application(), MONDAY, submission="someone-elses", correlationid=SUBMISSION)
    event = given(intake).when(confused).event(DossierReceived)
    assert (event.data.submission_id, event.correlationid) == (SUBMISSION, SUBMISSION)


def test_every_shipped_procedure_finds_its_agencies_from_every_ward():
    directory = load_directory()
    catalogue = load_catalogue(directory=directory)
    intake = service(Rules(catalogue, directory, load_calendar()))
    wards = [agency.code for agency in directory.agencies.values() if agency.level == "commune"]
    lowest = min(wards)
    for procedure in catalogue.values():
        for ward in wards:
            claim = Application(
                procedure=procedure.code,
                channel=procedure.channels[0],
                receiving_unit=ward,
                components=[item.id for item in procedure.checklist],
                attributes=_eligible(procedure),
            )
            (receipt,) = given(intake).when(submitted(claim, MONDAY)).said_data
            agencies = {step.agency for step in receipt.route}
            assert agencies <= set(directory.agencies)
            assert not agencies & ({lowest} - {ward}), f"{procedure.code} of {ward} goes to a foreign commune"


def _eligible(procedure):
    return {
        rule.attribute: rule.one_of[0] if rule.one_of else rule.at_least or rule.at_most or 0
        for rule in procedure.eligibility
    }


def test_the_appointment_goes_by_the_hours_of_the_competent_agency(rules):
    late = given(service(rules)).when(applied(at(6, "16:00"))).event(DossierReceived).data
    mornings = replace(OFFICE, week=(*[OFFICE.hours[:1]] * 5, (), ()))
    differing = replace(rules, calendar=replace(OFFICE, agencies={late.competent_agency: mornings}))
    later = given(service(differing)).when(applied(at(6, "16:00"))).event(DossierReceived).data
    assert later.appointment_date > late.appointment_date
