"""Other services ask for an applicant's address, with the service token."""

import pytest

from tests.component.intake.requests import PERSON, lodge


async def contact(unit, reference, **headers):
    return await unit.operator.get(f"/internal/contacts/{reference}", headers=headers)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "not-a-secret"}, {"Authorization": "Bearer "}],
)
async def test_addresses_are_closed_to_whoever_has_not_the_service_token(unit, headers):
    await lodge(unit, applicant=PERSON)
    reference = unit.events("dossier.received")[0]["data"]["applicant_ref"]
    answer = await contact(unit, reference, **headers)
    assert (answer.status_code, PERSON["name"] in answer.text) == (403, False)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer not-a-secret"}])
async def test_addresses_are_closed_to_everybody_where_no_token_is_set(closed_unit, headers):
    assert (await contact(closed_unit, "whatever", **headers)).status_code == 403


async def test_another_service_gets_the_address_by_its_reference(unit):
    await lodge(unit, applicant=PERSON, language="en")
    reference = unit.events("dossier.received")[0]["data"]["applicant_ref"]
    answer = await contact(unit, reference, Authorization="Bearer not-a-secret")
    assert answer.json() == PERSON | {"phone": "+84901234567", "language": "en"}


async def test_an_erased_address_is_not_found(unit):
    assert (await contact(unit, "unknown", Authorization="Bearer not-a-secret")).status_code == 404
