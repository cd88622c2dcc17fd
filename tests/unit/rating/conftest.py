from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from contracts.rating import RatingSubmitted

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
Make = Callable[..., AnyEvent]


def make_event(data: Payload, hours: float = 0, *unique: object) -> AnyEvent:
    """An event some hours after receipt."""
    return new_event(
        data,
        source="/lienthong/test",
        subject="H29.16-260105-0001",
        correlationid="submission-1",
        time=START + timedelta(hours=hours),
        unique=(hours, *unique),
    )


def make_rating(hours: float, holder: str = "slip-1", **given: Any) -> AnyEvent:
    """A rating: 3 points of 4 unless told otherwise."""
    filled = {"channel": "web", "agency": "H29.02", "answers": {"7": 2, "8": 1}, **given}
    return make_event(RatingSubmitted(holder=holder, **filled), hours, holder, sorted(filled.items(), key=str))


@pytest.fixture(scope="session")
def event() -> Make:
    return make_event


@pytest.fixture(scope="session")
def rating() -> Make:
    return make_rating


@pytest.fixture(scope="session")
def received() -> AnyEvent:
    data = DossierReceived(
        submission_id="submission-1",
        procedure="1.001193",
        procedure_version=1,
        channel="counter",
        receiving_unit="H29.02",
        competent_agency="H29.02",
        limit="1 working-day",
        appointment_date=START + timedelta(hours=8),
    )
    return make_event(data)
