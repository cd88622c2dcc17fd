from datetime import timedelta
from typing import Any

import pytest

from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from tests.unit.notify.telling import START, Make


def make_event(data: Payload, hours: float = 0, *unique: object, **envelope: Any) -> AnyEvent:
    """An event some hours after receipt; what is not told apart by `unique` is the same event."""
    given = {
        "source": "/lienthong/test",
        "subject": "H29.16-260105-0001",
        "correlationid": "submission-1",
        "time": START + timedelta(hours=hours),
        **envelope,
    }
    return new_event(data, unique=(hours, *unique), **given)


@pytest.fixture(scope="session")
def event() -> Make:
    return make_event


@pytest.fixture(scope="session")
def received() -> AnyEvent:
    data = DossierReceived(
        submission_id="submission-1",
        procedure="1.001193",
        procedure_version=1,
        channel="counter",
        receiving_unit="H29.16",
        competent_agency="H29.02",
        applicant_ref="person-1",
        fee=50_000,
        limit="1 working-day",
        appointment_date=START + timedelta(hours=8),
    )
    return make_event(data)
