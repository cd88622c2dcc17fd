"""The secret on a receipt: 128 bits that follow from a key and an id, and open nothing else."""

import json
import re

import httpx
import pytest

from chassis.runtime.http.receipt import LETTERS, Receipts, qr_code, read_secret
from tests.component.access.province import RECEIPTS

OLD, NEW = "o" * 32, "n" * 32
ID = "submission-1"


def test_a_secret_is_26_letters_in_groups_of_four_and_another_one_for_each_id_and_key():
    secret = Receipts([NEW]).secret(ID)
    assert re.fullmatch(r"([A-Z2-7]{4}-){6}[A-Z2-7]{2}", secret)
    assert len({Receipts([key]).secret(name) for key in (OLD, NEW) for name in (ID, "submission-2")}) == 4


@pytest.mark.parametrize(
    "change",
    [
        str,
        str.lower,
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", " "),
        lambda text: text.replace("O", "0").replace("I", "1").replace("B", "8"),
    ],
)
def test_it_opens_what_it_was_made_for_however_a_person_types_it(change):
    receipts = Receipts([NEW])
    for number in range(20):
        assert receipts.opens(change(receipts.secret(f"submission-{number}")), f"submission-{number}")


def test_it_opens_nothing_else():
    receipts = Receipts([NEW])
    assert not receipts.opens(receipts.secret(ID), "submission-2")
    assert not receipts.opens(Receipts([OLD]).secret(ID), ID)


@pytest.mark.parametrize(
    "shown", ["", "-", "A" * 25, "A" * 27, "A" * 65, "A" * 100_000, "!" * 26, "é" * 26, "９" * 26, "\0" * 26]
)
def test_what_is_no_secret_opens_nothing_and_raises_nothing(shown):
    assert read_secret(shown) is None
    assert not Receipts([NEW]).opens(shown, ID)


def test_receipts_of_the_key_before_go_on_counting_and_new_ones_are_made_with_the_new_key():
    before, after = Receipts([OLD]), Receipts([NEW, OLD])
    assert after.opens(before.secret(ID), ID)
    assert after.secret(ID) == Receipts([NEW]).secret(ID)
    assert after.holder(before.secret(ID), ID) == before.holder(before.secret(ID), ID)


def test_the_holder_is_one_for_a_receipt_and_says_nothing_of_its_secret():
    receipts = Receipts([NEW])
    secret = receipts.secret(ID)
    holder = receipts.holder(secret, ID)
    assert holder == receipts.holder(secret.lower(), ID)
    assert holder != receipts.holder(receipts.secret("submission-2"), "submission-2")
    assert bytes.fromhex(holder) != read_secret(secret)
    with pytest.raises(ValueError, match="something else"):
        receipts.holder(secret, "submission-2")


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "short"]])
def test_a_key_that_can_be_guessed_is_refused(keys):
    with pytest.raises(ValueError, match="32 characters"):
        Receipts(keys)


def test_the_qr_code_is_an_image_that_loads_nothing():
    image = qr_code(Receipts([NEW]).secret(ID))
    assert image.startswith("<svg")
    assert len(image) < 8_000
    assert not re.search(r"<script|href|http(?!://www\.w3\.org/2000/svg)", image)
    assert json.dumps(image)
    assert LETTERS == 26


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Lienthong-Receipt", "A" * 26)], 404),
        ([("Lienthong-Receipt", "not one")], 401),
        ([("Lienthong-Receipt", "x" * 10_000)], 401),
        ([("Lienthong-Receipt", "é" * 26)], 401),
        ([("Lienthong-Receipt", "A" * 26), ("Lienthong-Receipt", "A" * 26)], 400),
        ([("Authorization", "Bearer a.b.c")], 401),
        ([("Authorization", "Bearer " + "a" * 100_000)], 401),
        ([("Authorization", "Bearer")], 401),
        ([("Authorization", "Bearer ")], 401),
        ([("Authorization", "Basic Zm9vOmJhcg==")], 401),
        ([("Authorization", "Bearer é")], 401),
        ([("Authorization", "Bearer \0")], 401),
        ([("Authorization", "Bearer a"), ("Authorization", "Bearer b")], 400),
        ([("Authorization", "Bearer a.b.c"), ("Lienthong-Receipt", "A" * 26)], 401),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_whatever_stands_in_the_headers_is_answered_and_never_quoted(province, headers, status):
    raw = [(name.encode(), value.encode()) for name, value in headers]
    path = f"/v1/dossiers/{province.lodged['dossier_code']}"
    answer = await province.intake.http.get(path, headers=httpx.Headers(raw))
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert not [value for _, value in headers if len(value) > 8 and value in answer.text]


async def test_the_answer_to_who_lodges_carries_the_receipt_and_nothing_else_ever_does(province):
    lodged, intake = province.lodged, province.intake
    secret = lodged["receipt"]["secret"]
    assert lodged["receipt"]["qr"].startswith("<svg")
    answer = await intake.http.get(f"/v1/dossiers/{lodged['dossier_code']}", headers={"Lienthong-Receipt": secret})
    assert {**answer.json(), "receipt": lodged["receipt"]} == lodged
    everywhere = answer.text + "".join(str(message) for message in intake.published)
    everywhere += str(intake.store.documents) + str(vars(intake.store.database))
    assert secret not in everywhere
    assert secret.replace("-", "") not in everywhere


async def test_who_repeats_his_own_request_gets_his_receipt_again_and_nobody_else_does(province):
    def lodge(name):
        headers = {**province.world.bearer(name), "Idempotency-Key": "key-number-1"}
        body = {"procedure": "1.001193", "channel": "online", "receiving_unit": "H29.16.01"}
        return province.intake.http.post("/v1/submissions", json=body, headers=headers)

    first, again, other = [(await lodge(name)).json() for name in ("citizen-1", "citizen-1", "citizen-2")]
    assert first == again
    assert first["receipt"] != other["receipt"]


async def test_the_rating_holder_follows_from_the_receipt_whatever_the_body_says(province):
    headers = {"Lienthong-Receipt": RECEIPTS.secret("submission-1")}
    for holder in ("invented-1", "invented-2"):
        body = {**province.slip(), "holder": holder}
        answer = await province.rating.client.post("/v1/ratings", json=body, headers=headers)
        assert answer.json()["rating_id"] == province.rated, "the same person says the same: it is one rating"
    wrong = {"Lienthong-Receipt": RECEIPTS.secret("submission-2")}
    assert (await province.rating.client.post("/v1/ratings", json=province.slip(), headers=wrong)).status_code == 404


async def test_an_agency_can_not_speak_for_another_one_in_the_body(province):
    path = f"/v1/feedback/{province.feedback['feedback_id']}/answer"
    body = {"agency": "H29.07", "text": "xong"}
    answer = await province.rating.client.post(path, json=body, headers=province.world.bearer("agency-H29.02"))
    assert (answer.status_code, "your token is of H29.02" in answer.json()["detail"]) == (403, True)


async def test_a_counter_can_not_lodge_at_another_unit(province):
    body = {"procedure": "1.001193", "channel": "counter", "receiving_unit": "H29.16.02"}
    answer = await province.intake.http.post(
        "/v1/submissions", json=body, headers=province.world.bearer("counter-H29.16.01")
    )
    assert (answer.status_code, "your token is of H29.16.01" in answer.json()["detail"]) == (403, True)


async def test_a_unit_can_not_withdraw_its_own_dossier_but_pass_on_who_shows_the_receipt(province):
    path = f"/v1/submissions/{province.lodged['submission_id']}/withdrawal"
    counter = province.world.bearer("counter-H29.16.01")
    wrong = {"Lienthong-Receipt": RECEIPTS.secret("something else")}
    right = {"Lienthong-Receipt": province.lodged["receipt"]["secret"]}
    statuses = [
        (await province.intake.http.post(path, headers=headers)).status_code
        for headers in (counter, counter | wrong, counter | right)
    ]
    assert statuses == [403, 404, 200]
