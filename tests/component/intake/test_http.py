import pytest

from tests.component.intake.requests import BIRTH, PERSON, UNKNOWN, lodge


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


async def test_a_submission_that_is_not_judged_yet_is_pending(unit):
    answer = await unit.http.get(f"/v1/submissions/{UNKNOWN}")
    assert (answer.status_code, answer.json()["outcome"]) == (202, "pending")


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
    everything = answer.text + "".join((message.value or b"").decode() for message in unit.published)
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


async def test_the_catalogue_can_be_read(unit):
    listed = (await unit.http.get("/v1/procedures")).json()
    assert {"code", "name", "field", "level"} == set(listed[0])
    one = (await unit.http.get("/v1/procedures/1.001193")).json()
    assert [item["id"] for item in one["checklist"]] == BIRTH["components"]


async def test_what_is_internal_is_not_advertised(unit):
    paths = (await unit.http.get("/openapi.json")).json()["paths"]
    assert "/v1/submissions" in paths
    assert not any(path.startswith(("/internal", "/health")) for path in paths)


async def test_what_older_code_folded_is_told_as_this_code_folds_it(unit):
    told = (await lodge(unit)).json()
    submission, code = told["submission_id"], told["dossier_code"]
    unit.store.age(submission, code=code, outcome="of another shape")
    assert (await unit.http.get(f"/v1/submissions/{submission}")).json() == told
    assert (await unit.http.get(f"/v1/dossiers/{code}")).json() == told
    assert (await unit.http.post(f"/v1/submissions/{submission}/withdrawal")).json()["outcome"] == "withdrawn"
    assert unit.store.documents[submission].code == unit.loop.service.code  # folded anew with its next event
