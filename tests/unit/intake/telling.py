"""What citizens and agencies say in these tests."""

from datetime import datetime
from typing import Any

from contracts.claims import Application, Collection, Payment, Supplement, Withdrawal
from contracts.envelope import AnyEvent
from contracts.routing import DossierCompleted, DossierSuspended
from tests.given import at, fact, submitted

ALL = ("form", "plan", "land-proof")
MONDAY = at(2, "09:00")


def application(**fields: Any) -> Application:
    """A complete one for the permit, handed in at the counter of the first ward."""
    given = {
        "procedure": "1.000001",
        "channel": "counter",
        "receiving_unit": "H29.16.01",
        "components": ALL,
        "attributes": {"age": 20},
        "applicant_ref": "person-1",
    }
    return Application(**{**given, **fields})


def applied(time: datetime = MONDAY, *unique: object, **fields: Any) -> AnyEvent:
    """The citizen applies."""
    return submitted(application(**fields), time, *((time, *unique) if unique else ()))


def brought(time: datetime, *components: str) -> AnyEvent:
    """The citizen brings what was missing."""
    return submitted(Supplement(components=components), time)


def paid(time: datetime, amount: int) -> AnyEvent:
    """The citizen pays."""
    return submitted(Payment(amount=amount), time)


def took_back(time: datetime) -> AnyEvent:
    """The citizen withdraws."""
    return submitted(Withdrawal(), time)


def collected(time: datetime, channel: str = "counter") -> AnyEvent:
    """The result is handed over."""
    return submitted(Collection(channel=channel), time)


def stopped_for(time: datetime, *missing: str) -> AnyEvent:
    """Routing says that the agency lacks documents."""
    data = DossierSuspended(cause="supplement", step="inspect", agency="H29.16.01", missing=missing, reason="Bản vẽ mờ")
    return fact(data, time)


def stopped_for_payment(time: datetime, amount: int = 50_000) -> AnyEvent:
    """Routing says that the citizen has to pay."""
    return fact(DossierSuspended(cause="payment", step="assess-tax", agency="H29.11.01", amount=amount), time)


def completed(time: datetime) -> AnyEvent:
    """Routing says that the result is signed."""
    return fact(DossierCompleted(outcome="granted", agency="H29.16.01"), time)
