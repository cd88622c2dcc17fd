"""Addresses: notify, and the agency that holds the dossier now; every look is on record before it is answered."""

import httpx
import pytest
from pydantic import SecretStr

from chassis.runtime.http.credentials import SharedToken
from services.intake.adapters.contacts import HoldersUnknownError, RoutingHolders
from tests.component.access.province import HOLDER
from tests.component.intake.requests import PERSON


def looks(province):
    return [
        (kept["role"], kept["agency"], kept["dossier"], kept["shown"])
        for kept in province.intake.store.database.contact_looks.kept
    ]


async def ask(province, agency=HOLDER):
    path = f"/v1/dossiers/{province.lodged['dossier_code']}/contact"
    return await province.intake.http.get(path, headers=province.world.bearer(f"agency-{agency}"))


async def test_who_holds_the_dossier_sees_them_and_once_it_is_gone_no_more(province):
    code = province.lodged["dossier_code"]
    assert (await ask(province)).json()["name"] == PERSON["name"]
    province.holders.agencies = frozenset({"H29.07"})
    refused = await ask(province)
    assert (refused.status_code, PERSON["name"] in refused.text) == (404, False)
    assert looks(province) == [("agency", HOLDER, code, True), ("agency", HOLDER, code, False)]


async def test_while_routing_does_not_answer_nobody_sees_them(province):
    province.holders.answers = False
    answer = await ask(province)
    assert (answer.status_code, answer.headers["retry-after"], PERSON["name"] in answer.text) == (503, "5", False)


async def test_a_look_that_can_not_be_recorded_is_not_answered(province, monkeypatch):
    async def full(_document):
        raise TimeoutError

    monkeypatch.setattr(province.intake.store.database.contact_looks, "insert_one", full)
    answer = await ask(province)
    assert (answer.status_code, PERSON["name"] in answer.text) == (503, False)


async def test_a_reference_that_another_dossier_has_borrowed_shows_nothing(province):
    """References stand on the bus: whoever lodges with one of them must not get that person's addresses."""
    kept = next(doc for doc in province.intake.store.database.applicants.kept if doc["name"] == PERSON["name"])
    kept["submission"] = "somebody-else"
    assert (await ask(province)).status_code == 404


async def test_the_auditor_reads_who_looked_and_nothing_of_the_person(province):
    await ask(province)
    await ask(province, "H29.07")
    headers = province.world.bearer("auditor")
    told = await province.intake.http.get(
        "/v1/contact-looks", params={"since": "2026-01-01T00:00:00+07:00"}, headers=headers
    )
    assert [(one["agency"], one["officer"], one["shown"]) for one in told.json()] == [
        (HOLDER, f"{HOLDER}-cb01", True),
        ("H29.07", "H29.07-cb01", False),
    ]
    assert not [secret for secret in PERSON.values() if secret in told.text]


@pytest.mark.parametrize("since", ["", "yesterday", "2026-01-01T00:00:00", "9" * 400])
async def test_a_moment_that_is_none_is_refused(province, since):
    headers = province.world.bearer("auditor")
    answer = await province.intake.http.get("/v1/contact-looks", params={"since": since}, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (httpx.Response(200, json={"agencies": ["H29.02", "H29.07"]}), {"H29.02", "H29.07"}),
        (httpx.Response(404), set()),
        (httpx.Response(403), None),
        (httpx.Response(200, json={}), None),
        (httpx.Response(200, text="<html>"), None),
        (httpx.ConnectError("down"), None),
    ],
    ids=range(6),
)
async def test_routing_is_asked_as_a_service_and_what_it_does_not_say_is_not_guessed(world, answer, found):
    def handle(request):
        assert request.headers["authorization"].startswith("Bearer ey")
        assert request.url.path == "/internal/dossiers/H29.16-260105-0001/holders"
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    asking = RoutingHolders(client, "http://routing/", world.access().own)
    if found is None:
        with pytest.raises(HoldersUnknownError):
            await asking.of("H29.16-260105-0001")
    else:
        assert await asking.of("H29.16-260105-0001") == found


async def test_without_credentials_routing_is_not_asked():
    asking = RoutingHolders(httpx.AsyncClient(), "http://routing", SharedToken(SecretStr("")))
    with pytest.raises(HoldersUnknownError, match="LIENTHONG_SERVICE_TOKEN"):
        await asking.of("H29.16-260105-0001")
