"""An Idempotency-Key stands for one request: a second citizen never gets the receipt of the first."""

import asyncio

import pytest
from pymongo.errors import AutoReconnect

from tests.component.intake.requests import BIRTH, PERSON, lodge

OTHER = {"name": "Trần Văn Bình", "email": "binh@example.vn", "phone": "0912 345 678"}
KEY = {"Idempotency-Key": "key-number-1"}


async def keyed(unit, **fields):
    return await unit.http.post("/v1/submissions", json=BIRTH | fields, headers=KEY)


UNLISTED = {"procedure": "9.999999"}
"""Of a procedure that nobody knows, nobody knows which attributes it asks for."""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"applicant": PERSON}, {"applicant": OTHER}),
        ({"applicant": PERSON}, {}),
        ({}, {"applicant": PERSON}),
        ({"components": ["form"]}, {}),
        (UNLISTED | {"attributes": {"age": 20}}, UNLISTED | {"attributes": {"age": 21}}),
        (UNLISTED | {"attributes": {"age": 1}}, UNLISTED | {"attributes": {"age": True}}),
        ({}, {"language": "en"}),
    ],
)
async def test_a_key_with_another_body_is_refused_with_the_reason(unit, first, second):
    assert (await keyed(unit, **first)).status_code in (200, 201)
    published, kept = list(unit.published), list(unit.store.database.applicants.kept)
    answer = await keyed(unit, **second)
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert "used for another request; take a new one" in answer.json()["detail"]
    assert (unit.published, unit.store.database.applicants.kept) == (published, kept)


async def test_the_same_request_in_another_order_is_the_same(unit):
    first = await keyed(unit, **UNLISTED, applicant=PERSON, attributes={"age": 20, "married": True})
    again = await keyed(
        unit, attributes={"married": True, "age": 20}, applicant=dict(reversed(PERSON.items())), **UNLISTED
    )
    assert (again.status_code, again.json()) == (200, first.json())


async def test_of_two_requests_at_once_with_one_key_one_is_refused(unit):
    answers = await asyncio.gather(keyed(unit, applicant=PERSON), keyed(unit, applicant=OTHER))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(unit.store.database.applicants.kept) == 1


async def test_whoever_died_before_publishing_takes_the_same_request_again(unit, monkeypatch):
    def gone(*_):
        raise AutoReconnect

    with monkeypatch.context() as broken:
        broken.setattr(unit.loop, "process", gone)
        assert (await keyed(unit, applicant=PERSON)).status_code == 503
        assert (await keyed(unit, applicant=OTHER)).status_code == 409
    assert (await keyed(unit, applicant=PERSON)).status_code == 201
    assert len(unit.store.database.applicants.kept) == 1


@pytest.mark.parametrize(
    ("deed", "first", "second"),
    [
        ("supplements", {"components": ["birth-proof"]}, {"components": ["identity"]}),
        ("payments", {"amount": 1000}, {"amount": 2000}),
    ],
)
async def test_what_follows_has_keys_of_its_own(unit, deed, first, second):
    submission = (await lodge(unit, components=["form"])).json()["submission_id"]

    async def told(body, key):
        answer = await unit.http.post(
            f"/v1/submissions/{submission}/{deed}", json=body, headers={"Idempotency-Key": key}
        )
        return answer.status_code

    assert await told(first, "key-number-1") < 300
    assert await told(first, "key-number-1") < 300
    assert await told(second, "key-number-1") == 409
    assert await told(second, "application") < 300  # the word that stands for the application itself
    claims = [event["data"]["claim"] for event in unit.events("intake.submitted")]
    assert [{name: claim[name] for name in first} for claim in claims if claim["kind"] + "s" == deed] == [
        first,
        first,
        second,
    ]


async def test_one_key_for_two_kinds_of_deed_loses_neither(unit):
    submission = (await lodge(unit, components=["form"])).json()["submission_id"]
    for deed, body in (("payments", {"amount": 1}), ("supplements", {"components": ["birth-proof"]})):
        await unit.http.post(f"/v1/submissions/{submission}/{deed}", json=body, headers=KEY)
    told = {event["data"]["claim"]["kind"] for event in unit.events("intake.submitted")}
    assert told == {"application", "payment", "supplement"}
    assert len({event["id"] for event in unit.events("intake.submitted")}) == 3


async def test_what_is_kept_of_a_request_tells_nothing_of_it_and_is_never_twice_the_same(unit):
    kept = unit.store.database.request_keys.kept
    digests = []
    for _ in range(2):
        unit.forget()
        await keyed(unit, applicant=PERSON)
        digests.append(kept[0]["digest"])
        assert set(kept[0]) == {"_id", "salt", "digest"}
    assert digests[0] != digests[1]
