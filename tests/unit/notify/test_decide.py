"""Whom notify tells of what, and when it says nothing."""

import pytest

from contracts.claims import ClockTicked
from contracts.envelope import AnyEvent, Payload
from contracts.intake import DossierRefused, DossierSupplementRequested, DossierWithdrawn
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.sla import (
    WHOLE,
    DossierDueSoon,
    DossierOverdue,
)
from domain.worktime import Lines
from services.notify.decide import decide
from tests.unit.notify.telling import DUE, START, Make, fold, orders, required

ALONE = {
    "submission_id": "H29.16-260105-0001",
    "procedure": "1.001193",
    "receiving_unit": "H29.16",
    "applicant_ref": "person-2",
    "language": "en",
    "reason": "not complete",
}


@pytest.mark.parametrize(
    ("data", "template"),
    [
        (DossierSuspended(cause="payment", step="a", agency="H29.02", amount=9), "payment-request"),
        (DossierCompleted(outcome="granted", agency="H29.02"), "completion"),
        (DossierWithdrawn(), "withdrawal"),
        (required(), "apology"),
    ],
)
def test_a_citizen_is_told_of(data: Payload, template: str, event: Make, received: AnyEvent) -> None:
    told = orders(fold(received, event(data, 1)))
    assert [order.template for order in told] == ["receipt", template]
    assert {order.recipient.applicant_ref for order in told} == {"person-1"}


@pytest.mark.parametrize(
    "data",
    [
        DossierSuspended(cause="supplement", step="a", agency="H29.02", missing=("form",)),
        DossierDueSoon(deadline=WHOLE, due=DUE, agency="H29.02"),
        DossierOverdue(deadline=WHOLE, due=DUE, agency="H29.02"),
        ClockTicked(partition=0),
    ],
)
def test_a_citizen_is_not_told_of(data: Payload, event: Make, received: AnyEvent) -> None:
    assert [order.template for order in orders(fold(received, event(data, 1)))] == ["receipt"]


@pytest.mark.parametrize(
    ("data", "template"),
    [
        (DossierRefused(code="not-eligible", **ALONE), "refusal"),
        (DossierSupplementRequested(missing=("form", "photo"), **ALONE), "supplement-request"),
        (DossierWithdrawn.model_validate(ALONE), "withdrawal"),
    ],
)
def test_a_submission_has_its_own_recipient(data: Payload, template: str, event: Make) -> None:
    (order,) = orders(fold(event(data)))
    assert (order.template, order.recipient.applicant_ref, order.recipient.language) == (template, "person-2", "en")


def test_messages_wait_until_it_is_known_whom_to_tell(event: Make, received: AnyEvent) -> None:
    completed = event(DossierCompleted(outcome="granted", agency="H29.02"), 3)
    early = fold(completed)
    assert (orders(early), early.pending, decide(early, START).timer) == ([], 1, None)
    assert len(orders(fold(completed, received))) == 2


def test_a_receipt_says_why_this_date(event: Make, received: AnyEvent) -> None:
    why = Lines(vi=("05/01/2026: tính 1 ngày",), en=("2026-01-05: 1 day",))
    (receipt,) = orders(fold(event(received.data.model_copy(update={"working_out": why}))))
    assert (receipt.details.working_out, receipt.recipient.received) == (why, START)
