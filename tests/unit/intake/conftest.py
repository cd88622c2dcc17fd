from typing import Any

import pytest

from chassis.core.service import Service
from domain.procedures import Agency, Catalogue, Directory, Procedure, Text
from services.intake.rules import Rules
from services.intake.service import service
from services.intake.state import State
from tests.given import OFFICE


def _agency(code: str, *roles: str, **more: Any) -> Agency:
    level = "commune" if code.startswith("H29.16.") else "province"
    reports_to = None if code == "H29" else "H29"
    return Agency(
        code=code, name=Text(vi=code, en=code), level=level, roles=roles, **{"reports_to": reports_to, **more}
    )


AGENCIES = (
    _agency("H29", "provincial-committee"),
    _agency("H29.05", "construction"),
    _agency("H29.11.01", "tax", serves=("H29.16.01",)),
    _agency("H29.11.02", "tax", serves=("H29.16.02",)),
    _agency("H29.16", "one-stop"),
    _agency("H29.16.01", "one-stop", "commune-committee"),
    _agency("H29.16.02", "one-stop", "commune-committee"),
)


def _step(name: str, role: str, limit: str, *after: str) -> dict[str, Any]:
    return {"id": name, "name": {"vi": name, "en": name}, "role": role, "limit": limit, "after": after}


def _item(name: str, *, required: bool = True) -> dict[str, Any]:
    return {"id": name, "name": {"vi": name, "en": name}, "original": 1, "required": required}


PERMIT = {
    "code": "1.000001",
    "version": 7,
    "name": {"vi": "Giấy phép", "en": "Permit"},
    "field": "testing",
    "level": "commune",
    "role": "commune-committee",
    "channels": ["counter", "online"],
    "fee": 75_000,
    "limit": "3 working-days",
    "checklist": [_item("form"), _item("photo", required=False), _item("plan"), _item("land-proof")],
    "eligibility": [
        {
            "id": "adult",
            "attribute": "age",
            "at_least": 18,
            "reason": {"vi": "Phải đủ 18 tuổi.", "en": "You must be 18 or older."},
        }
    ],
    "steps": [
        _step("forward", "one-stop", "2 working-hours"),
        _step("inspect", "commune-committee", "1 working-days", "forward"),
        _step("assess-tax", "tax", "1 working-days", "forward"),
        _step("sign", "commune-committee", "2 working-hours", "inspect", "assess-tax"),
    ],
    "source": {"code": "estimate", "limit": "estimate"},
}
"""A commune's procedure with two branches and a join."""

CONSENT = PERMIT | {
    "code": "1.000002",
    "level": "province",
    "role": "construction",
    "eligibility": [],
    "steps": [
        _step("forward", "one-stop", "2 working-hours"),
        _step("consult-commune", "commune-committee", "1 working-days", "forward"),
        _step("decide", "construction", "1 working-days", "consult-commune"),
    ],
}
"""A department's procedure that asks the commune."""


SURVEYED = PERMIT | {
    "code": "1.000003",
    "due_soon": "3 working-hours",
    "steps": [
        _step("forward", "one-stop", "2 working-hours"),
        _step("survey", "construction", "1 working-days", "forward") | {"when": {"attribute": "floors", "at_least": 7}},
        _step("sign", "commune-committee", "2 working-hours", "survey"),
    ],
}
"""One with a step for tall buildings only."""


@pytest.fixture(scope="session")
def rules() -> Rules:
    procedures = [Procedure.model_validate(written) for written in (PERMIT, CONSENT, SURVEYED)]
    directory = Directory({agency.code: agency for agency in AGENCIES}, {})
    return Rules(Catalogue({procedure.code: procedure for procedure in procedures}, {}), directory, OFFICE)


@pytest.fixture(scope="session")
def intake(rules: Rules) -> Service[State]:
    return service(rules)
