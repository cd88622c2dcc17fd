"""The judge of conformance: courses that were right, and each way to be wrong, without any server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contracts import claims, intake, routing, sla
from contracts.envelope import following, new_event
from lienthong_agency import Agency, Bus
from tools.operations.conformance.journal import Course, Said
from tools.operations.conformance.judging import judge
from tools.operations.conformance.points import POINTS, TURNS
from tools.operations.conformance.report import RIGHT, UNTRIED, WRONG, as_json, as_text, is_right, outcomes

CODE, UNIT = "H29.04.01", "H29.16.01"
START = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
AGENCY = Agency(Bus(agency=CODE, servers="127.0.0.1:9"))
CUSTODY, FINISHED = claims.TookCustody(step="verify"), claims.FinishedStep(step="verify")


def after(seconds):
    return START + timedelta(seconds=seconds)


class Tale:
    """One course as it is told."""

    def __init__(self, turn="plain"):
        self.course = Course(turn, CODE, "conformance-x-1", "H29.16.01-261201-0001")
        self.birth = new_event(
            intake.DossierWithdrawn(),
            source="/lienthong/intake",
            subject=self.course.code,
            time=START,
            correlationid=self.course.submission,
            unique=(),
        )

    def hears(self, seconds, data, *unique, cause=None):
        event = following(cause or self.birth, data, seconds, *unique, source="/lienthong/routing")
        self.course.heard.append(event.take_in(after(seconds)))
        return event

    def handed(self, seconds, attempt=1, to=CODE, step="verify", **more):
        told = {"step": step, "attempt": attempt, "from_agency": UNIT, "to_agency": to, **more}
        return self.hears(seconds, routing.DossierTransferred.model_validate(told))

    def says(self, seconds, heard, claim, code="", **changes):
        report = AGENCY.report_on(heard, claim)
        key = report.subject.encode()
        said = Said(after(seconds), key, True, report, "", report.source, report.id, report.correlationid)
        self.course.said.append(replace(said, **changes))
        if code:
            told = {"report_id": said.id, "agency": CODE, "code": code, "reason": "no"}
            self.hears(seconds + 0.1, routing.ReportRejected.model_validate(told), cause=report)
        return report

    def done(self, heard, seconds):
        self.says(seconds, heard, CUSTODY)
        self.says(seconds + 0.2, heard, FINISHED)

    def wrong(self, *, signs=False):
        return {verdict.point for verdict in judge([self.course], signs=signs) if not verdict.right}


def test_who_takes_custody_and_finishes_is_right():
    tale = Tale()
    tale.done(tale.handed(0), 1)
    found = outcomes(judge([tale.course], signs=True))
    assert is_right(found)
    assert {outcome.point for outcome in found if outcome.state == RIGHT} >= {"custody", "order", "signature", "id"}
    assert {outcome.point for outcome in found if outcome.state == UNTRIED} >= {"opinion", "recall", "explains"}


@pytest.mark.parametrize(
    ("point", "changes"),
    [
        ("key", {"key": None}),
        ("key", {"key": b"another"}),
        ("source", {"source": "/agency/H29.02"}),
        ("correlation", {"correlation": ""}),
        ("signature", {"signed": False}),
        ("form", {"event": None, "fault": "data.claim: Field required"}),
    ],
)
def test_each_part_of_a_record_is_looked_at(point, changes):
    tale = Tale()
    heard = tale.handed(0)
    tale.done(heard, 1)
    tale.says(2, heard, CUSTODY, **changes)
    assert tale.wrong(signs=True) == {point}


def test_nobody_has_to_sign_where_nobody_signs():
    tale = Tale()
    heard = tale.handed(0)
    tale.done(heard, 1)
    tale.says(2, heard, CUSTODY, signed=False)
    assert tale.wrong(signs=False) == set()


def test_who_says_nothing_neither_takes_nor_finishes():
    tale = Tale()
    tale.handed(0)
    assert tale.wrong() == {"custody", "finish"}


def test_who_finishes_first_has_the_order_wrong():
    tale = Tale()
    heard = tale.handed(0)
    tale.says(1, heard, FINISHED)
    tale.says(2, heard, CUSTODY)
    assert tale.wrong() == {"order"}


def test_a_report_sent_again_under_a_new_id_is_another_one():
    tale = Tale()
    heard = tale.handed(0)
    tale.done(heard, 1)
    tale.says(2, heard, FINISHED, id="new")
    assert tale.wrong() == {"id"}
    tale.course.turn, tale.course.before_repeat = "repeat", frozenset(said.id for said in tale.course.said[:2])
    assert tale.wrong() == {"id", "repeat"}


def test_one_id_for_two_reports_is_wrong():
    tale = Tale()
    heard = tale.handed(0)
    tale.says(1, heard, CUSTODY, id="same")
    tale.says(2, heard, FINISHED, id="same")
    assert tale.wrong() == {"id"}


def test_a_step_that_is_anothers_is_left_to_it():
    tale = Tale("opinion")
    heard = tale.handed(0, to=UNIT)
    tale.says(1, heard, CUSTODY)
    assert "others" in tale.wrong()


def test_a_second_attempt_is_done_once_more():
    tale = Tale("again")
    tale.done(tale.handed(0), 1)
    second = tale.handed(5, attempt=2)
    assert tale.wrong() == {"custody", "finish", "again"}
    tale.done(second, 6)
    assert tale.wrong() == set()


def test_what_a_recall_ended_is_left_alone_once_that_can_be_known():
    tale = Tale("recall")
    first = tale.handed(0)
    tale.handed(0.1, attempt=2, to=UNIT, step="forward", movement="recall", from_step="verify", from_attempt=1)
    tale.says(1, first, CUSTODY, "step-not-open")
    tale.done(tale.handed(8, attempt=2), 9)
    assert tale.wrong() == set()
    tale.says(5, first, FINISHED)
    tale.course.said.sort(key=lambda said: said.at)
    assert "recall" in tale.wrong()


def test_nothing_is_finished_while_the_dossier_is_suspended():
    tale = Tale("suspended")
    heard = tale.handed(0)
    tale.hears(0.1, routing.DossierSuspended(cause="force-majeure", step="verify", agency=UNIT))
    tale.says(1, heard, CUSTODY)
    resumed = tale.hears(8, routing.DossierResumed(cause="force-majeure"))
    report = tale.says(9, resumed, FINISHED)
    done = routing.DossierStepCompleted(step="verify", attempt=1, agency=CODE)
    tale.hears(9.1, done, cause=report)
    assert tale.wrong() == set()
    tale.says(5, heard, FINISHED)
    tale.course.said.sort(key=lambda said: said.at)
    assert tale.wrong() == {"suspended"}


def test_nothing_is_said_after_a_withdrawal_that_can_be_known():
    tale = Tale("withdrawn")
    heard = tale.handed(0)
    tale.hears(0.1, intake.DossierWithdrawn())
    tale.says(1, heard, CUSTODY, "dossier-finished")
    assert tale.wrong() == set()
    tale.says(6, heard, FINISHED, "dossier-finished")
    assert tale.wrong() >= {"withdrawn", "accepted"}


def test_an_opinion_and_an_explanation_that_are_asked_for_have_to_be_given():
    tale = Tale("opinion")
    asked = routing.ConsultationRequested(
        consultation="c-1", step="forward", attempt=1, agency=CODE, asked_by=UNIT, limit="1 working-days", question="?"
    )
    event = tale.hears(0, asked)
    tale.hears(1, sla.ExplanationRequired(deadline="step:verify#1", agency=CODE, by=after(99)))
    assert tale.wrong() == {"opinion", "explains"}
    report = tale.says(2, event, claims.GivesOpinion(consultation="c-1", opinion="Có"))
    answered = {
        "consultation": "c-1",
        "step": "forward",
        "attempt": 1,
        "agency": CODE,
        "asked_by": UNIT,
        "opinion": "Có",
    }
    tale.hears(2.1, routing.ConsultationAnswered.model_validate(answered), cause=report)
    assert tale.wrong() == {"explains"}


def test_who_repeats_what_was_rejected_is_told_so():
    tale = Tale()
    heard = tale.handed(0)
    tale.done(heard, 1)
    wrong = claims.SentBack(step="verify", to_step="nowhere", reason="?")
    tale.says(2, heard, wrong, "unknown-step")
    assert tale.wrong() == {"accepted"}
    tale.says(8, heard, wrong)
    assert tale.wrong() == {"accepted", "rejected"}


def test_a_signature_that_the_shop_refuses_is_named_as_that():
    tale = Tale()
    heard = tale.handed(0)
    tale.done(heard, 1)
    tale.says(2, heard, CUSTODY, "bad-signature")
    assert tale.wrong(signs=True) == {"signature"}


def test_the_report_says_what_was_expected_what_came_and_how_to_mend_it():
    tale = Tale()
    tale.handed(0)
    found = outcomes(judge([tale.course], signs=False))
    text = "\n".join(as_text(CODE, found))
    assert "wrong  Custody (Nhận hồ sơ)" in text
    assert f"expected: {POINTS['custody'].expected}" in text
    assert "came:     no took-custody for step verify, attempt 1 (H29.16.01-261201-0001)" in text
    assert f"to mend:  {POINTS['custody'].mend}" in text
    assert '"right": false' in as_json(CODE, found)
    assert WRONG in as_json(CODE, found)


def test_nothing_tried_is_not_right():
    assert not is_right(outcomes([]))


def test_every_turn_but_the_plain_one_has_its_point():
    assert set(TURNS) - {"plain"} <= set(POINTS)
