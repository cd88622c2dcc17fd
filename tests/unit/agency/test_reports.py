"""Reports that the kit makes: whose they are, what they answer, and which of them are the same."""

from contracts.authors import objection
from contracts.claims import AsksOpinion, FinishedStep, TookCustody
from contracts.topics import read_event
from lienthong_agency import Agency, Answer, Bus
from lienthong_agency.reading import event_of
from tests.unit.agency.records import answer, hand_over, record

AGENCY = Agency(Bus(agency="H29.04.01", servers="127.0.0.1:9"))
CUSTODY = TookCustody(step="register")


def test_a_report_is_the_agencys_own_and_speaks_of_the_dossier_that_it_answers():
    handed = hand_over()
    report = AGENCY.report_on(handed, CUSTODY, officer="CB-1")
    assert objection(report, report.subject.encode()) == ""
    assert (report.subject, report.correlationid, report.causationid, report.timeline) == (
        handed.subject,
        handed.correlationid,
        handed.id,
        handed.timeline,
    )
    assert read_event("agency.reported", report.to_json().encode()) == report


def test_what_is_said_of_one_event_twice_is_one_report():
    assert AGENCY.report_on(hand_over(), CUSTODY).id == AGENCY.report_on(hand_over(), CUSTODY).id


def test_another_hand_over_another_claim_and_another_reference_make_another_report():
    asks = AsksOpinion(step="register", of_agency="H29.02", question="?", limit="1 working-days")
    made = [
        AGENCY.report_on(hand_over(), CUSTODY),
        AGENCY.report_on(hand_over(attempt=2), CUSTODY),
        AGENCY.report_on(hand_over(), FinishedStep(step="register")),
        AGENCY.report_on(hand_over(), asks),
        AGENCY.report_on(hand_over(), asks, reference="second"),
    ]
    assert len({report.id for report in made}) == len(made)


def test_the_same_reference_is_the_same_report_whatever_it_answers():
    first, second = (AGENCY.report_on(hand_over(attempt=number), CUSTODY, reference="R-7") for number in (1, 2))
    assert first.id == second.id


def test_an_agency_is_asked_by_what_names_it():
    assert AGENCY.is_asked_by(hand_over())
    assert not AGENCY.is_asked_by(hand_over(to="H29.02"))
    assert not AGENCY.is_asked_by(answer(AGENCY.report_on(hand_over(), CUSTODY)))


def test_records_of_an_inbox_name_their_type_themselves_and_what_is_unknown_is_passed_over():
    handed = hand_over()
    assert event_of(record(handed, topic="agency.H29.04.01.inbox")).data == handed.data
    assert event_of(record(handed, topic="dossier.resumed")) is None
    for value in (b"", b"{", b"[1]", b'{"type": "dossier.unheard-of"}', b'{"type": 7}', b"\xff"):
        assert event_of(record(handed, topic="agency.H29.04.01.inbox", value=value)) is None


def test_an_answer_says_whether_the_report_counts():
    report = AGENCY.report_on(hand_over(), CUSTODY)
    accepted, rejected = Answer(report, answer(report)), Answer(report, answer(report, "step-not-open"))
    assert (accepted.accepted, accepted.rejected, accepted.code) == (True, False, "")
    assert (rejected.accepted, rejected.rejected, rejected.code) == (False, True, "step-not-open")
    assert str(Answer(report, None)) == "no answer yet"
    assert str(rejected) == "rejected, step-not-open: why"
