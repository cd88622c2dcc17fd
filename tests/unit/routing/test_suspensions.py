"""The clock stands while the citizen is awaited, or while nobody can help it."""

import pytest

from contracts.routing import DossierResumed, DossierSuspended, ReportRejected
from tests.given import at
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    FORK,
    OTHER,
    TAX,
    UNIT,
    bills,
    finished,
    forwards,
    holds,
    lacks,
    moved,
    objection,
    on,
    paid,
    sent_back,
    supplemented,
    took,
)


def test_a_missing_document_suspends_the_dossier():
    wish = lacks(CHECKER, "check", at(3), "plan", "sketch")
    story = on(CHAIN, finished(UNIT, "forward", at(2))).when(wish)
    story.then(
        DossierSuspended(
            cause="supplement", step="check", agency=CHECKER, missing=("plan", "sketch"), reason="Bản vẽ mờ"
        )
    )
    assert (story.said[0].time, story.said[0].causationid) == (at(3), wish.id)
    assert (story.state.phase, holds(story)) == ("suspended", {"check": CHECKER})


def test_a_bill_suspends_the_dossier():
    story = on(CHAIN).when(bills(UNIT, "forward", at(3), 75_000))
    story.then(DossierSuspended(cause="payment", step="forward", agency=UNIT, amount=75_000))


@pytest.mark.parametrize(("wish", "answer", "cause"), [(lacks, supplemented, "supplement"), (bills, paid, "payment")])
def test_the_citizens_answer_resumes_it(wish, answer, cause):
    came, wished = answer(at(4)), wish(UNIT, "forward", at(3))
    story = on(CHAIN, wished).when(came).then(DossierResumed(cause=cause, suspended_by=wished.id))
    assert (story.said[0].time, story.said[0].causationid) == (at(4), came.id)
    assert story.state.phase == "processing"
    assert moved(story.when(finished(UNIT, "forward", at(5)))) == [("check", 1, CHECKER)]


@pytest.mark.parametrize(("wish", "answer"), [(lacks, paid), (bills, supplemented)])
def test_an_answer_to_another_wish_resumes_nothing(wish, answer):
    assert on(CHAIN, wish(UNIT, "forward", at(3))).when(answer(at(4))).then().state.phase == "suspended"


@pytest.mark.parametrize("answer", [paid, supplemented])
def test_an_answer_nobody_waits_for_says_nothing(answer):
    on(CHAIN).when(answer(at(4))).then()


def test_a_dossier_can_be_suspended_again_and_again():
    again = lacks(UNIT, "forward", at(5))
    story = on(CHAIN, lacks(UNIT, "forward", at(3)), supplemented(at(4))).when(again)
    assert story.says(DossierSuspended)
    story.when(supplemented(at(6))).then(DossierResumed(cause="supplement", suspended_by=again.id))


@pytest.mark.parametrize(
    "report",
    [
        finished(CHECKER, "check", at(4)),
        sent_back(CHECKER, "check", "forward", at(4)),
        forwards(CHECKER, "check", OTHER, at(4)),
        lacks(TAX, "tax", at(4)),
        bills(CHECKER, "check", at(4)),
    ],
    ids=lambda event: event.data.claim.kind,
)
def test_while_the_citizen_is_awaited_nothing_moves_on_any_branch(report):
    story = on(FORK, finished(UNIT, "forward", at(2)), lacks(CHECKER, "check", at(3))).when(report)
    assert objection(story) == ("suspended", "the dossier waits (supplement); report again when it has resumed")


def test_custody_can_be_taken_while_the_citizen_is_awaited():
    story = on(FORK, finished(UNIT, "forward", at(2)), lacks(CHECKER, "check", at(3))).when(took(TAX, "tax", at(4)))
    assert story.says(ReportRejected) == []
    assert story.said
