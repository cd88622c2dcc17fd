"""What becomes of a home that was run before sla said `apology.required`: nothing is said or sent twice.

`before_apologies.jsonl` is the record of one dossier as the code of that time wrote it: its date was missed and
apologised for, and then the lateness was retracted and the apology withdrawn.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.envelope import AnyEvent, event_id, following
from contracts.notify import NotificationFailed, NotificationSent
from contracts.sla import ApologyRequired, ApologyWithdrawn, DossierOverdue
from contracts.topics import read_event
from services.notify import rules
from services.notify.decide import Order
from services.notify.service import service

SERVICE = service()
LINES = (Path(__file__).parent / "before_apologies.jsonl").read_bytes().splitlines()
RECORD = [read_event(kind, line) for line in LINES for kind in [line.decode().split('"type":"')[1].split('"')[0]]]
RECEIVED, OVERDUE, RESCHEDULED, LETTER, RECEIPT_SENT, APOLOGY_SENT, RETRACTED, WITHDRAWAL_SENT = RECORD
SINCE_MISSED = [RECEIVED, RECEIPT_SENT, OVERDUE, RESCHEDULED]
DUE: datetime = OVERDUE.data.due
LATER = DUE + timedelta(days=9)


@pytest.fixture(autouse=True)
def _in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of `TELLS_MORE` count from the day of this record."""
    monkeypatch.setattr(rules, "TELLS_MORE", RECEIVED.time)


def required(**given: Any) -> AnyEvent:
    """The apology as sla says it of the missed date on record, when it looks at the dossier again."""
    told = {
        name: getattr(RESCHEDULED.data, name) for name in ("cause", "cause_en", "signer", "in_person", "working_out")
    }
    fields = {
        "overdue_id": OVERDUE.id,
        "due": DUE,
        "agency": "H29.02",
        "rescheduled_id": RESCHEDULED.id,
        "new_date": RESCHEDULED.data.new_date,
        **told,
        **given,
    }
    data = ApologyRequired.model_validate(fields)
    return following(OVERDUE, data, data.overdue_id, source="/lienthong/sla")


def withdrawn() -> AnyEvent:
    data = ApologyWithdrawn(overdue_id=OVERDUE.id, due=DUE, agency="H29.02", new_date=RESCHEDULED.data.new_date)
    return following(RETRACTED, data, OVERDUE.id, source="/lienthong/sla")


def raised_again() -> tuple[AnyEvent, AnyEvent]:
    """The same lateness for another date, and the apology that the first one covers."""
    due = DUE + timedelta(days=1)
    late = following(OVERDUE, DossierOverdue(deadline="dossier", due=due, agency="H29.02"), "again", source="/x")
    data = ApologyRequired(overdue_id=late.id, due=due, agency="H29.02", covered_by=OVERDUE.id)
    return late, following(late, data, late.id, source="/lienthong/sla", time=due)


def emitted(*facts: AnyEvent) -> list[str]:
    """What is still to be put on record and to be sent: event types and templates."""
    return list(_emitted(*facts))


def _emitted(*facts: AnyEvent) -> Iterator[str]:
    decision = SERVICE.decide(SERVICE.fold(facts), LATER)
    known = {fact.identity for fact in facts}
    yield from (event.type for event in decision.events if event.identity not in known)
    yield from (effect.order.template for effect in decision.effects if isinstance(effect.order, Order))


def test_what_was_apologised_for_is_not_apologised_for_again() -> None:
    facts = [*SINCE_MISSED, LETTER, APOLOGY_SENT, required()]
    assert emitted(*facts) == []
    state = SERVICE.fold(facts)
    assert (state.sent, state.letters, state.pending) == (2, 1, 0)


def test_without_the_apology_the_record_gives_rise_to_nothing_either() -> None:
    assert emitted(*SINCE_MISSED, LETTER, APOLOGY_SENT) == []


def test_a_missed_date_that_nothing_was_sent_for_yet_is_apologised_for() -> None:
    assert emitted(*SINCE_MISSED) == []
    facts = [*SINCE_MISSED, required()]
    assert emitted(*facts) == ["letter.issued", "apology"]
    (letter,) = SERVICE.decide(SERVICE.fold(facts), LATER).events
    assert (letter.id, letter.data, letter.time) == (LETTER.id, LETTER.data, LETTER.time)
    (order,) = [effect.order for effect in SERVICE.decide(SERVICE.fold(facts), LATER).effects]
    assert (order.message_id, order.attempt) == (APOLOGY_SENT.data.message_id, 1)


def test_the_attempts_of_before_go_on_where_they_were() -> None:
    data = NotificationFailed(
        message_id=APOLOGY_SENT.data.message_id,
        template="apology",
        medium="email",
        attempt=1,
        error="smtp: 451",
        final=False,
    )
    failed = following(OVERDUE, data, data.message_id, 1, source="/lienthong/notify")
    facts = [*SINCE_MISSED, LETTER, failed, required()]
    (order,) = [effect.order for effect in SERVICE.decide(SERVICE.fold(facts), LATER).effects]
    assert (emitted(*facts), order.attempt) == (["apology"], 2)


def test_what_was_withdrawn_is_not_withdrawn_again() -> None:
    assert emitted(*RECORD, withdrawn()) == []
    assert emitted(*RECORD, required(), withdrawn()) == []


def test_an_apology_of_before_that_was_for_nothing_is_withdrawn() -> None:
    facts = [*SINCE_MISSED, LETTER, APOLOGY_SENT, RETRACTED, withdrawn()]
    assert emitted(*facts) == ["apology-withdrawn"]
    (order,) = [effect.order for effect in SERVICE.decide(SERVICE.fold(facts), LATER).effects]
    assert order.message_id == WITHDRAWAL_SENT.data.message_id


def test_an_apology_of_before_covers_the_date_in_its_place() -> None:
    assert emitted(*SINCE_MISSED, LETTER, APOLOGY_SENT, RETRACTED, *raised_again()) == []


def test_an_apology_that_was_withdrawn_before_covers_nothing() -> None:
    assert emitted(*RECORD, *raised_again()) == ["letter.issued", "apology"]


def test_an_apology_that_never_went_out_covers_nothing() -> None:
    assert emitted(*SINCE_MISSED, LETTER, RETRACTED, *raised_again()) == ["letter.issued", "apology"]


def test_the_ids_are_derived_as_they_were() -> None:
    subject = OVERDUE.subject
    assert APOLOGY_SENT.data.message_id == event_id("message", subject, "apology", OVERDUE.id)
    assert WITHDRAWAL_SENT.data.message_id == event_id("message", subject, "apology-withdrawn", RETRACTED.id)
    assert {type(fact.data) for fact in (APOLOGY_SENT, WITHDRAWAL_SENT)} == {NotificationSent}
