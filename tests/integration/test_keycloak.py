"""Tokens of a real issuer, Keycloak: roles by its own words, agency and unit, rotated keys, tokens that have ended."""

import time

import httpx
import pytest

from chassis.runtime.http.credentials import ClientCredentials
from chassis.runtime.http.identity import Identity, UnfitTokenError, identity_of
from chassis.runtime.http.issuer import ASK_AGAIN, RefusedTokenError
from chassis.runtime.http.settings import HttpSettings, access_of
from chassis.runtime.settings import Settings
from tests.component.intake.conftest import Unit
from tests.component.intake.requests import BIRTH
from tests.e2e.conftest import free_port
from tests.integration.keycloak import SECRET, keycloak

pytestmark = [pytest.mark.long, pytest.mark.stack, pytest.mark.timeout(900)]

CLERK = {"grant_type": "password", "username": "canbo1", "password": SECRET}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    with keycloak(tmp_path_factory.mktemp("keycloak"), free_port()) as running:
        yield running


@pytest.fixture
async def access(issuer):
    async with httpx.AsyncClient() as client:
        http = HttpSettings(
            issuer=issuer.url,
            audience="portal-a,agency-a,two-roles,short,one-stop",
            role_claim="realm_access.roles",
            role_names={"canbo-motcua": "counter"},
            receipt_key="k" * 32,
            client_id="portal-a",
            client_secret=SECRET,
        )
        yield access_of(Settings(), http, client)


async def who(access, token):
    return identity_of(await access.issuer.claims(token), access.naming)


async def test_programs_and_people_have_the_role_and_the_agency_or_unit_that_the_realm_says(issuer, access):
    assert (await who(access, issuer.token("portal-a"))).role == "portal"
    agency = await who(access, issuer.token("agency-a"))
    assert (agency.role, agency.agency) == ("agency", "H29.02")
    clerk = await who(access, issuer.token("one-stop", **CLERK))
    assert clerk == Identity("counter", clerk.subject, unit="H29.16.01", officer="H29.16.01-cb01")


async def test_the_real_application_lets_in_the_clerk_of_the_unit_and_nobody_else(issuer, access):
    unit = Unit(access=access)
    tokens = {name: issuer.token(name) for name in ("portal-a", "agency-a", "two-roles", "elsewhere")}
    tokens["clerk"] = issuer.token("one-stop", **CLERK)
    statuses = {
        name: (
            await unit.http.post("/v1/submissions", json=BIRTH, headers={"Authorization": f"Bearer {token}"})
        ).status_code
        for name, token in tokens.items()
    }
    assert statuses == {"portal-a": 403, "agency-a": 403, "two-roles": 403, "elsewhere": 401, "clerk": 201}
    await unit.http.aclose()
    await unit.operator.aclose()


async def test_a_token_with_two_roles_or_for_another_client_opens_nothing(issuer, access):
    with pytest.raises(UnfitTokenError, match="several roles"):
        await who(access, issuer.token("two-roles"))
    with pytest.raises(RefusedTokenError, match="somebody else"):
        await who(access, issuer.token("elsewhere"))


async def test_an_identity_token_is_none_that_opens_anything(issuer, access):
    asked = CLERK | {"scope": "openid"}
    granted = issuer.granted("one-stop", asked)
    assert await who(access, granted["access_token"])
    for name in ("id_token", "refresh_token"):
        with pytest.raises(RefusedTokenError):
            await who(access, granted[name])


async def test_a_token_that_has_ended_is_refused(issuer, access):
    token = issuer.token("short")
    access.issuer._now = lambda: time.time() + 600  # noqa: TID251 - the world's clock, later
    with pytest.raises(RefusedTokenError, match="expired"):
        await who(access, token)


async def test_a_service_gets_tokens_of_its_own(access):
    assert isinstance(access.own, ClientCredentials)
    header = await access.own.header()
    assert (await who(access, header.removeprefix("Bearer "))).role == "portal"


async def test_a_new_key_is_found_and_tokens_of_the_old_one_go_on_counting(issuer, access):
    old = issuer.token("portal-a")
    await who(access, old)
    issuer.add_key()
    new = issuer.token("portal-a")
    steady = access.issuer._steady
    access.issuer._steady = lambda: steady() + ASK_AGAIN
    assert (await who(access, new)).role == "portal"
    assert (await who(access, old)).role == "portal"
