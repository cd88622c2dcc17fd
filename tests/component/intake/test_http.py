import json

import httpx
import pytest
import structlog

from contracts.topics import MAX_RECORD_BYTES

BIRTH = {
    "procedure": "1.001193",
    "channel": "counter",
    "receiving_unit": "H29.16.01",
    "components": ["form", "birth-proof", "identity"],
}
PERSON = {"name": "Nguyễn Thị Hoa", "email": "hoa@example.vn", "phone": "0901 234 567"}
UNKNOWN = "no-such-submission"
TOO_LARGE = 5 * 1024 * 1024


async def lodge(unit, **fields):
    return await unit.http.post("/v1/submissions", json=BIRTH | fields)


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


async def test_a_small_body_in_pieces_is_taken(unit):
    async def pieces():
        for piece in (b'{"procedure": "1.001193", "channel": "counter",', b' "receiving_unit": "H29.16.01"}'):
            yield piece

    answer = await unit.http.post("/v1/submissions", content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.json()["outcome"] == "supplement-requested"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/dossiers/H29.16.01-260302-9999", "check the code on the receipt"),
        ("/v1/procedures/9.999999", "see /v1/procedures"),
        ("/v1/nothing", "Not Found"),
    ],
)
async def test_what_does_not_exist_is_not_found(unit, path, words):
    answer = await unit.http.get(path)
    assert (answer.status_code, words in answer.text) == (404, True)


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


async def test_a_submission_that_is_not_judged_yet_is_pending(unit):
    answer = await unit.http.get(f"/v1/submissions/{UNKNOWN}")
    assert (answer.status_code, answer.json()["outcome"]) == (202, "pending")


@pytest.mark.parametrize("identity", ["short", "has space in it", "x" * 65, "$where-is-it"])
async def test_an_impossible_id_is_refused(unit, identity):
    assert (await unit.http.get(f"/v1/submissions/{identity}")).status_code == 422


async def test_a_complete_submission_is_answered_with_its_receipt(unit):
    answer = await lodge(unit, applicant=PERSON)
    assert answer.status_code == 201
    outcome = answer.json()
    assert outcome["outcome"] == "received"
    assert outcome["dossier_code"].startswith("H29.16.01-")
    assert outcome["dossier_code"].endswith("-0001")
    assert (await unit.http.get(f"/v1/dossiers/{outcome['dossier_code']}")).json() == outcome
    assert (await unit.http.get(f"/v1/submissions/{outcome['submission_id']}")).json() == outcome


async def test_names_and_addresses_are_on_no_topic_and_in_no_answer(unit):
    answer = await lodge(unit, applicant=PERSON)
    everything = answer.text + "".join((one.value or b"").decode() for one in unit.published)
    assert not any(secret in everything for secret in PERSON.values())


async def test_an_incomplete_submission_is_told_what_is_missing_and_can_be_completed(unit):
    answer = await lodge(unit, components=["form"])
    assert (answer.status_code, answer.json()["missing"]) == (200, ["birth-proof", "identity"])
    submission = answer.json()["submission_id"]
    answer = await unit.http.post(
        f"/v1/submissions/{submission}/supplements", json={"components": ["birth-proof", "identity"]}
    )
    assert (answer.status_code, answer.json()["outcome"]) == (200, "received")


async def test_a_refusal_is_an_answer(unit):
    answer = await lodge(unit, procedure="9.999999")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "refused")
    assert "9.999999" in answer.json()["reason"]


async def test_the_same_key_is_the_same_submission_and_another_key_another(unit):
    answers = [
        await unit.http.post("/v1/submissions", json=BIRTH, headers={"Idempotency-Key": key})
        for key in ("key-number-1", "key-number-1", "key-number-2")
    ]
    codes = [answer.json()["dossier_code"][-4:] for answer in answers]
    assert codes == ["0001", "0001", "0002"]
    assert len(unit.events("intake.submitted")) == 2


async def test_the_same_key_at_another_unit_is_another_submission(unit):
    headers = {"Idempotency-Key": "key-number-1"}
    for ward in ("H29.16.01", "H29.16.02"):
        await unit.http.post("/v1/submissions", json=BIRTH | {"receiving_unit": ward}, headers=headers)
    assert len({event["subject"] for event in unit.events("intake.submitted")}) == 2


async def test_a_dossier_can_be_taken_back(unit):
    submission = (await lodge(unit)).json()["submission_id"]
    answer = await unit.http.post(f"/v1/submissions/{submission}/withdrawal")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "withdrawn")
    await unit.http.post(f"/v1/submissions/{submission}/withdrawal")
    assert len({event["id"] for event in unit.events("dossier.withdrawn")}) == 1


async def test_a_payment_is_taken_to_the_bus(unit):
    submission = (await lodge(unit)).json()["submission_id"]
    answer = await unit.http.post(f"/v1/submissions/{submission}/payments", json={"amount": 8000})
    assert (answer.status_code, answer.json()["look_at"]) == (202, f"/v1/submissions/{submission}")
    assert unit.events("intake.submitted")[-1]["data"]["claim"] == {"kind": "payment", "amount": 8000}


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


async def test_the_catalogue_can_be_read(unit):
    listed = (await unit.http.get("/v1/procedures")).json()
    assert {"code", "name", "field", "level"} == set(listed[0])
    one = (await unit.http.get("/v1/procedures/1.001193")).json()
    assert [item["id"] for item in one["checklist"]] == BIRTH["components"]


async def contact(unit, reference, **headers):
    return await unit.http.get(f"/internal/contacts/{reference}", headers=headers)


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


async def test_what_is_internal_is_not_advertised(unit):
    paths = (await unit.http.get("/openapi.json")).json()["paths"]
    assert "/v1/submissions" in paths
    assert not any(path.startswith(("/internal", "/health")) for path in paths)


async def test_a_living_service_says_so(unit):
    answer = await unit.http.get("/health/live")
    assert (answer.status_code, answer.json()["status"]) == (200, "live")


async def test_a_ready_service_says_so(unit):
    answer = await unit.http.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


@pytest.mark.parametrize("lost", ["store", "bus", "loop"])
async def test_a_service_that_lacks_something_is_not_ready_and_names_it(unit, lost):
    unit.checks[lost] = False
    answer = await unit.http.get("/health/ready")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()[lost]) == ("not ready", False)
    assert (await unit.http.get("/health/live")).status_code == 200


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


async def test_a_process_that_does_not_move_says_so(unit):
    unit.moving["progress"] = False
    answer = await unit.http.get("/health/live")
    assert answer.status_code == 503
    assert answer.json() == {"service": "intake", "status": "not live", "consumer": True, "progress": False}


async def test_metrics_are_text_for_prometheus(unit):
    answer = await unit.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.text == "lienthong_ready 1\n"


async def test_a_fault_is_an_answer_and_a_log_line_without_the_request(unit):
    def fails(_query, _limit):
        raise ValueError("Nguyễn Văn A, 0912345678")

    unit.store.heads = fails
    transport = httpx.ASGITransport(unit.http._transport.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
        with structlog.testing.capture_logs() as written:
            answer = await client.get("/v1/submissions/nguyen-van-a")
    del unit.store.heads
    assert answer.status_code == 500
    assert "0912345678" not in answer.text
    [line] = [one for one in written if one["event"] == "http.fault"]
    assert (line["route"], line["method"], line["error"]) == ("/v1/submissions/{submission}", "GET", "ValueError")
    assert "nguyen" not in str(written).lower()


async def test_what_older_code_folded_is_told_as_this_code_folds_it(unit):
    told = (await lodge(unit)).json()
    submission, code = told["submission_id"], told["dossier_code"]
    unit.store.age(submission, code=code, outcome="of another shape")
    assert (await unit.http.get(f"/v1/submissions/{submission}")).json() == told
    assert (await unit.http.get(f"/v1/dossiers/{code}")).json() == told
    assert (await unit.http.post(f"/v1/submissions/{submission}/withdrawal")).json()["outcome"] == "withdrawn"
    assert unit.store.documents[submission].code == unit.loop.service.code  # folded anew with its next event
