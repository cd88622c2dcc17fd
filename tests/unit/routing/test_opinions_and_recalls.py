"""Opinions that agencies ask of each other (lấy ý kiến), and recalls by the receiving unit (thu hồi)."""

import pytest

from contracts.routing import (
    ConsultationAnswered,
    ConsultationRequested,
    DossierTransferred,
    StepAttempt,
)
from tests.given import at
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    FORK,
    OTHER,
    SIGNER,
    TAX,
    UNIT,
    asks,
    calm,
    explains,
    finished,
    forwards,
    has_result,
    holds,
    lacks,
    moved,
    objection,
    on,
    opines,
    recalls,
    sent_back,
    storm,
    withdrawn,
)

BEGUN = (finished(UNIT, "forward", at(2, "10:00")),)


def test_an_opinion_is_asked_for_and_the_dossier_stays_where_it_is():
    question = asks(CHECKER, "check", OTHER, at(3))
    story = on(CHAIN, *BEGUN).when(question)
    story.then(
        ConsultationRequested(
            consultation=question.id,
            step="check",
            attempt=1,
            agency=OTHER,
            asked_by=CHECKER,
            limit="2 working-days",
            question="Có thuộc quy hoạch không?",
        )
    )
    assert (holds(story), story.state.phase) == ({"check": CHECKER}, "processing")


@pytest.mark.parametrize("how", ["by its id", "by its step", "as the only one"])
def test_an_opinion_answers_the_question(how):
    question = asks(CHECKER, "check", OTHER, at(3))
    named = {"by its id": {"consultation": question.id}, "by its step": {"name": "check"}}.get(how, {})
    opinion = opines(OTHER, at(4), **named)
    story = on(CHAIN, *BEGUN, question).when(opinion)
    story.then(
        ConsultationAnswered(
            consultation=question.id, step="check", attempt=1, agency=OTHER, asked_by=CHECKER, opinion="Không"
        )
    )
    assert (story.said[0].time, story.said[0].causationid) == (at(4), opinion.id)


def test_two_questions_are_answered_one_after_the_other():
    first, second = asks(CHECKER, "check", OTHER, at(3)), asks(TAX, "tax", OTHER, at(3, "09:00"))
    story = on(FORK, *BEGUN, first, second)
    story = story.when(opines(OTHER, at(4)))
    assert story.says(ConsultationAnswered)[0].consultation == first.id
    story = story.when(opines(OTHER, at(5)))
    assert story.says(ConsultationAnswered)[0].consultation == second.id
    assert objection(story.when(opines(OTHER, at(6))))[0] == "not-asked"


@pytest.mark.parametrize(
    "opinion",
    [opines(TAX, at(4)), opines(OTHER, at(4), "another-consultation"), opines(OTHER, at(4), name="sign")],
    ids=["by somebody else", "on another question", "on another step"],
)
def test_an_opinion_that_nobody_asked_for_is_rejected(opinion):
    question = asks(CHECKER, "check", OTHER, at(3))
    code, reason = objection(on(CHAIN, *BEGUN, question).when(opinion))
    assert code == "not-asked"
    assert reason.endswith(f"owes no such opinion; owed now: {question.id} of {OTHER} for step check")


def test_an_opinion_can_be_given_while_the_citizen_is_awaited_and_after_the_step_is_done():
    begun = on(CHAIN, *BEGUN, asks(CHECKER, "check", OTHER, at(3)))
    assert begun.when(lacks(CHECKER, "check", at(4))).when(opines(OTHER, at(5))).says(ConsultationAnswered)
    assert begun.when(finished(CHECKER, "check", at(4))).when(opines(OTHER, at(5))).says(ConsultationAnswered)


@pytest.mark.parametrize("limit", ["-2 working-days", "0 working-days", "soon", ""])
def test_an_opinion_is_not_asked_for_within_a_time_that_is_none(limit):
    story = on(CHAIN, *BEGUN).when(asks(CHECKER, "check", OTHER, at(3), limit=limit))
    assert objection(story)[0] == "bad-limit"


def test_only_the_holder_asks_for_an_opinion():
    assert objection(on(CHAIN, *BEGUN).when(asks(SIGNER, "check", OTHER, at(3))))[0] == "not-the-holder"


def test_who_was_asked_can_explain_its_silence():
    story = on(CHAIN, *BEGUN, asks(CHECKER, "check", OTHER, at(3)))
    assert len(story.when(explains(OTHER, "check", at(9))).said) == 1
    assert objection(on(CHAIN, *BEGUN).when(explains(OTHER, "check", at(9))))[0] == "not-the-holder"


def test_the_receiving_unit_recalls_a_dossier_and_every_branch_ends():
    recall = recalls(UNIT, at(3))
    story = on(FORK, *BEGUN).when(recall)
    story.then(
        DossierTransferred(
            step="forward",
            attempt=2,
            from_agency=CHECKER,
            to_agency=UNIT,
            movement="recall",
            from_step="check",
            from_attempt=1,
            also_ended=(StepAttempt(step="tax", attempt=1),),
            limit="2 working-hours",
            deadline=at(3, "10:00"),
        )
    )
    assert story.said[0].causationid == recall.id
    assert holds(story) == {"forward": UNIT}
    story = story.when(finished(UNIT, "forward", at(4)))
    assert moved(story) == [("check", 2, CHECKER), ("tax", 2, TAX)]


def test_a_recall_to_a_later_step_brings_that_step_to_the_unit():
    story = on(FORK, *BEGUN).when(recalls(UNIT, at(3), "check"))
    assert moved(story) == [("check", 2, UNIT)]
    assert holds(story) == {"check": UNIT}
    story = story.when(finished(UNIT, "check", at(4)))
    assert moved(story) == [("tax", 2, TAX)]


def test_a_free_route_is_recalled_to_the_unit():
    story = on((), forwards(UNIT, "register", CHECKER, at(3))).when(recalls(UNIT, at(4)))
    (transfer,) = story.says(DossierTransferred)
    assert (transfer.step, transfer.attempt, transfer.movement, transfer.limit) == ("free", 3, "recall", "")
    assert holds(story) == {"free": UNIT}


@pytest.mark.parametrize("somebody_else", [CHECKER, TAX, OTHER])
def test_nobody_else_recalls_a_dossier(somebody_else):
    story = on(FORK, *BEGUN).when(recalls(somebody_else, at(3)))
    assert objection(story) == (
        "not-the-receiving-unit",
        f"only {UNIT}, which received the dossier, can recall it",
    )
    assert holds(story) == {"check": CHECKER, "tax": TAX}


def test_a_unit_does_not_recall_what_it_has_and_so_gains_no_time():
    assert objection(on(CHAIN).when(recalls(UNIT, at(3)))) == (
        "nothing-to-recall",
        f"{UNIT} has it; open now: forward with {UNIT}",
    )


@pytest.mark.parametrize("to_step", ["sign", "dance"])
def test_nothing_is_recalled_to_a_step_that_was_not_begun(to_step):
    assert objection(on(CHAIN, *BEGUN).when(recalls(UNIT, at(3), to_step)))[0] == "unknown-step"


def test_nothing_is_recalled_to_a_step_that_waits_for_an_earlier_one_to_be_done_again():
    story = on(FORK, *BEGUN, sent_back(TAX, "tax", "forward", at(3)))
    assert holds(story) == {"forward": UNIT, "check": CHECKER}
    assert objection(story.when(recalls(UNIT, at(4), "check"))) == (
        "unknown-step",
        "step check is not one that was begun, with all before it done",
    )


def test_a_free_route_has_no_step_to_recall_to():
    story = on((), forwards(UNIT, "register", CHECKER, at(3))).when(recalls(UNIT, at(4), "register"))
    assert objection(story)[0] == "route-fixed"


@pytest.mark.parametrize("after", [withdrawn(at(3)), has_result(UNIT, at(3))], ids=["withdrawn", "completed"])
@pytest.mark.parametrize(
    "report", [recalls(UNIT, at(4)), opines(OTHER, at(4)), calm(UNIT, at(4)), storm(UNIT, "free", at(4))]
)
def test_what_is_finished_is_not_recalled_suspended_or_opined_on(after, report):
    assert objection(on((), after).when(report))[0] == "dossier-finished"
