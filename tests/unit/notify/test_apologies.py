"""Which apologies become letters, and what is left of one that was for nothing."""

from datetime import timedelta

import pytest

from contracts.envelope import AnyEvent
from contracts.notify import LetterIssued
from domain.worktime import Lines
from services.notify.decide import decide
from tests.unit.notify.telling import DUE, LATER, Make, fold, new_date, orders, required, retraction, settled, withdrawn


def test_an_apology_that_is_owed_makes_a_letter(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    (letter,) = decide(fold(received, late), DUE).events
    apology = orders(fold(received, late))[1]
    assert letter.data == LetterIssued(
        letter="apology", message_id=apology.message_id, overdue_id="overdue-8", agency="H29.02", due=DUE
    )
    assert (letter.causationid, letter.source) == (late.id, "/lienthong/notify")
    assert fold(received, late, letter).letters == 1
    assert decide(fold(received, late, letter), DUE).events == ()


def test_an_apology_that_is_withdrawn_at_once_is_never_told(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    state = fold(received, late, event(withdrawn(late), 7))
    assert [order.template for order in orders(state)] == ["receipt"]
    assert (decide(state, DUE).events, state.pending) == ((), 1)


def test_an_apology_that_could_not_be_sent_is_dropped_when_it_is_withdrawn(event: Make, received: AnyEvent) -> None:
    late = event(required(), 8)
    facts = settled(fold(received, late), event, [received, late], sent=False)
    state = fold(*facts, event(withdrawn(late), 7))
    assert [message.status for message in state.messages if message.template != "apology-withdrawn"] == [
        "pending",
        "dropped",
    ]
    assert state.letters == 1, "a letter stays on record"


@pytest.mark.parametrize("sent", [True, False])
def test_a_date_that_an_earlier_apology_covers_has_no_letter_and_no_apology_of_its_own(
    sent: bool, event: Make, received: AnyEvent
) -> None:
    first = event(required(8), 8)
    facts = settled(fold(received, first), event, [received, first], sent=sent)
    state = fold(*facts, event(retraction(first), 7), event(required(16, covered_by="overdue-8"), 16))
    told = [(order.template, order.details.due) for order in orders(state, LATER)]
    assert (decide(state, DUE).events, state.letters) == ((), 1)
    assert told == ([] if sent else [("receipt", DUE), ("apology", DUE)]), "the first one is still to be told"


@pytest.mark.parametrize("covered_first", [False, True])
def test_what_covers_and_what_is_covered_may_be_withdrawn_together(
    covered_first: bool, event: Make, received: AnyEvent
) -> None:
    first = event(required(16 if covered_first else 8), 16 if covered_first else 8)
    hours = 8 if covered_first else 16
    second = event(required(hours, covered_by=first.data.overdue_id), hours)
    state = fold(received, first, second, event(withdrawn(first), 20))
    assert ([order.template for order in orders(state)], decide(state, DUE).events) == (["receipt"], ())


def test_a_second_date_missed_is_a_second_letter(event: Make, received: AnyEvent) -> None:
    state = fold(received, event(required(8), 8), event(required(80), 80))
    assert len(decide(state, DUE).events) == 2
    assert [order.template for order in orders(state)] == ["receipt", "apology", "apology"]


def test_an_apology_tells_the_new_date_that_was_given_with_it(event: Make, received: AnyEvent) -> None:
    given = event(new_date(overdue_id="overdue-8", signer="agency-head", in_person=True), 8, "new date")
    why = Lines(vi=("một dòng",), en=("a line",))
    told = {"rescheduled_id": given.id, "new_date": given.data.new_date, "cause": "Đo đạc lại", "cause_en": "Surveying"}
    late = event(required(signer="agency-head", in_person=True, working_out=why, **told), 8)
    state = fold(received, late, given)
    (_, apology) = orders(state, DUE)
    details = apology.details
    assert (details.reason, details.reason_en, details.in_person, details.working_out) == (
        "Đo đạc lại",
        "Surveying",
        True,
        why,
    )
    assert (apology.template, details.due, details.new_date) == ("apology", DUE, DUE + timedelta(hours=48))
    (letter,) = decide(state, DUE).events
    assert letter.data == LetterIssued(
        letter="apology",
        message_id=apology.message_id,
        overdue_id="overdue-8",
        agency="H29.02",
        due=DUE,
        signer="agency-head",
        in_person=True,
        **told,
    )
    assert len(orders(fold(received, late, given, letter), DUE)) == 2, "the letter tells it, so no notice does"
