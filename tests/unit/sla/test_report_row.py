"""What reports read of a dossier."""

from datetime import timedelta

from hypothesis import strategies as st

from services.sla.report_row import Lost, Waited, dossier_in, row_of, steps_in
from services.sla.state import INITIAL
from tests.given import at, given, suppose
from tests.unit.sla.telling import (
    CHECKER,
    COMPETENT,
    DUE,
    MONDAY,
    SLA,
    acknowledged,
    completed,
    dossier,
    resumed,
    step_done,
    suspended,
    transferred,
    withdrawn,
)
from tests.unit.sla.test_laws import LIVES

HOUR = 3600


def line(*facts):
    return row_of(dossier(*facts).state)


def test_a_dossier_under_way_tells_when_it_is_due():
    found = line()
    assert found.place == "live|2026-03"
    told = dossier_in(found.text)
    assert (told.month, told.procedure, told.agency) == ("2026-03", "1.000001", COMPETENT)
    assert (told.how, told.due, told.used, told.allowed) == ("open", DUE.timestamp(), 0, 24 * HOUR)


def test_a_dossier_whose_clock_stands_is_not_due():
    assert dossier_in(line(suspended(at(3))).text).due is None


def test_what_ended_has_its_verdict_and_its_time():
    told = dossier_in(line(completed(at(4, "09:00"))).text)
    assert (told.how, told.used) == ("early", 16 * HOUR)
    assert dossier_in(line(withdrawn(at(4))).text).how == ""


def test_a_late_attempt_tells_what_it_lost_and_to_whom():
    told = line(transferred(MONDAY, limit="1 working-days"), step_done(at(4, "09:00")))
    assert dossier_in(told.text).losses == [[*Lost("check", CHECKER, 8 * HOUR)]]
    (attempt,) = steps_in(told.text)
    assert (attempt.how, attempt.used, attempt.allowed) == ("late", 16 * HOUR, 8 * HOUR)


def test_a_step_that_is_done_again_is_a_return_and_one_that_is_forwarded_is_not():
    back = [
        transferred(MONDAY, limit="1 working-days"),
        transferred(at(3), attempt=2, limit="1 working-days", movement="return", ended=("check", 1)),
    ]
    told = line(*back)
    assert dossier_in(told.text).returns == 1
    assert [one.returns for one in steps_in(told.text)] == [0, 1]
    forwarded = back[1].model_copy(
        update={"data": back[1].data.model_copy(update={"movement": "forward", "clock_since": MONDAY})}
    )
    assert [one.returns for one in steps_in(line(back[0], forwarded).text)] == [0, 0]


def test_pauses_are_told_by_cause_and_of_the_step_whose_agency_asked_for_them():
    told = line(
        transferred(MONDAY, limit="1 working-days"),
        suspended(at(2, "10:00"), "payment"),
        resumed(at(3, "10:00"), "payment"),
        suspended(at(3, "11:00"), "payment", 2),
        transferred(MONDAY, "sign", to=COMPETENT, limit="1 working-days"),
    )
    expected = [[*Waited("payment", 2, 8 * HOUR)]]
    assert dossier_in(told.text).pauses == expected
    assert {one.step: one.pauses for one in steps_in(told.text)} == {"check": expected, "sign": []}


def test_a_document_without_a_receipt_has_no_line():
    assert row_of(INITIAL) is None
    assert row_of(given(SLA, completed(DUE)).state) is None


def test_custody_changes_nothing_that_reports_read():
    before = dossier(transferred(MONDAY, limit="1 working-days"))
    after = before.when(acknowledged(MONDAY + timedelta(hours=1), "CC-1"))
    assert after.state != before.state
    assert row_of(after.state, before.state) is None
    assert row_of(after.state) == row_of(before.state)


@suppose(lives=LIVES, cut=st.integers(0, 12))
def test_what_is_not_written_again_is_as_it_was(lives, cut):
    stored, state = SLA.fold(lives[:cut]), SLA.fold(lives)
    known = row_of(stored)
    assert (row_of(state, stored) or known) == row_of(state)
