"""Requests that are refused before anything is published or kept."""

import json

import pytest

from contracts.topics import MAX_RECORD_BYTES
from tests.component.intake.requests import BIRTH, PERSON, UNKNOWN, lodge

TOO_LARGE = 5 * 1024 * 1024


@pytest.mark.parametrize(
    ("flaw", "place"),
    [
        ({"surprise": 1}, "surprise"),
        ({"applicant": PERSON | {"surprise": 1}}, "surprise"),
        ({"historic_code": "H29.16-190101-0001"}, "historic_code"),
        ({"applicant_ref": "someone-elses"}, "applicant_ref"),
        ({"channel": "fax"}, "channel"),
        ({"language": "fr"}, "language"),
        ({"components": ["form"] * 101}, "components"),
        ({"components": [""]}, "components"),
        ({"components": ["x" * 121]}, "components"),
        ({"attributes": {str(n): n for n in range(51)}}, "attributes"),
        ({"attributes": {"age": [20]}}, "attributes"),
        ({"attributes": {"note": "x" * 201}}, "attributes"),
        ({"attributes": {"age": 10**12 + 1}}, "attributes"),
        ({"attributes": {"age": -(10**12) - 1}}, "attributes"),
        ({"attributes": {"age": 1.5}}, "attributes"),
        ({"attributes": {"a|b": 1}}, "attributes"),
        ({"attributes": {"": 1}}, "attributes"),
        ({"attributes": {"a\u0000b": 1}}, "attributes"),
        ({"applicant": PERSON, "attributes": {"a|b": 1}}, "attributes"),
        ({"applicant": PERSON, "attributes": {"age": 10**18}}, "attributes"),
        ({"applicant": {"name": ""}}, "name"),
        ({"applicant": PERSON | {"email": "hoa at example"}}, "email"),
        ({"applicant": PERSON | {"phone": "call me"}}, "phone"),
        ({"procedure": None}, "procedure"),
    ],
    ids=str,
)
async def test_an_impossible_request_is_refused_and_nothing_is_published(unit, flaw, place):
    answer = await lodge(unit, **flaw)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert not any(secret in answer.text for secret in PERSON.values())
    assert any(place in error["loc"] for error in answer.json()["errors"])
    assert unit.published == []
    assert unit.store.database.applicants.kept == []


HALF = "\ud83d"


def with_halves(value):
    """Each copy has half a character in another text, or in another name."""
    if isinstance(value, str):
        yield value + HALF
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from ({**value, name: spoilt} for spoilt in with_halves(inner))
            yield {**value, name + HALF: inner}
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from ([*value[:n], spoilt, *value[n + 1 :]] for spoilt in with_halves(inner))


@pytest.mark.parametrize(
    "body", list(with_halves(BIRTH | {"applicant": PERSON, "attributes": {"note": "x"}})), ids=repr
)
async def test_half_a_character_anywhere_is_refused_without_quoting_it_and_nothing_is_kept(unit, body):
    answer = await unit.http.post(
        "/v1/submissions", content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, "half of a character" in answer.json()["detail"]) == (422, True)
    assert not any(secret in answer.text for secret in PERSON.values())
    assert (unit.published, unit.store.database.applicants.kept) == ([], [])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe"])
async def test_what_is_no_submission_is_refused(unit, body):
    answer = await unit.http.post("/v1/submissions", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


async def test_an_idempotency_key_too_short_to_be_one_is_refused(unit):
    answer = await unit.http.post("/v1/submissions", json=BIRTH, headers={"Idempotency-Key": "1"})
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/v1/submissions", f"/v1/submissions/{UNKNOWN}/supplements"])
async def test_a_body_larger_than_an_event_is_refused(unit, path):
    answer = await unit.http.post(path, content=b" " * TOO_LARGE)
    assert (answer.status_code, str(MAX_RECORD_BYTES) in answer.text) == (413, True)


async def test_a_large_body_in_pieces_is_refused_before_its_end(unit):
    sent = 0

    async def pieces():
        nonlocal sent
        while sent < TOO_LARGE:
            sent += 64 * 1024
            yield b" " * 64 * 1024

    answer = await unit.http.post("/v1/submissions", content=pieces())
    assert answer.status_code == 413
    assert sent < 2 * MAX_RECORD_BYTES


@pytest.mark.parametrize(
    ("deed", "body"),
    [
        ("supplements", {"components": ["form"]}),
        ("payments", {"amount": 1}),
        ("withdrawal", None),
        ("collection", {"channel": "post"}),
    ],
)
async def test_nothing_can_be_done_with_a_submission_nobody_made(unit, deed, body):
    answer = await unit.http.post(f"/v1/submissions/{UNKNOWN}/{deed}", json=body)
    assert (answer.status_code, UNKNOWN in answer.text) == (404, True)
    assert unit.published == []


@pytest.mark.parametrize("identity", ["short", "has space in it", "x" * 65, "$where-is-it"])
async def test_an_impossible_id_is_refused(unit, identity):
    assert (await unit.http.get(f"/v1/submissions/{identity}")).status_code == 422


@pytest.mark.parametrize(
    ("deed", "body"),
    [
        ("supplements", {"components": []}),
        ("supplements", {}),
        ("payments", {"amount": 0}),
        ("payments", {"amount": 10**12 + 1}),
        ("collection", {"channel": "pigeon"}),
    ],
)
async def test_an_impossible_deed_is_refused(unit, deed, body):
    submission = (await lodge(unit)).json()["submission_id"]
    assert (await unit.http.post(f"/v1/submissions/{submission}/{deed}", json=body)).status_code == 422


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("supplements", {"components": ["form"]}),
        ("payments", {"amount": 1000}),
        ("collection", {"channel": "counter"}),
    ],
)
async def test_what_follows_a_submission_has_no_unknown_fields_either(unit, action, body):
    answer = await unit.http.post(f"/v1/submissions/{UNKNOWN}/{action}", json=body | {"surprise": 1})
    assert answer.status_code == 422
    assert "surprise" in answer.json()["errors"][0]["loc"]
