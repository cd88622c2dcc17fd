"""Feedback over HTTP: lodged by citizens, answered by agencies."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from chassis.runtime.app import Context
from chassis.runtime.http.application import make_api
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.topics import read_event
from services.rating.app import build

BODY = {
    "category": "delay",
    "agency": "H29.02",
    "text": "Hồ sơ của tôi, Nguyễn Thị Hoa, chậm ba ngày.",
    "dossier": "H29.16-260105-0001",
}
ANSWER = {"agency": "H29.02", "text": "Kết quả đã sẵn sàng."}
BEARER = {"Authorization": "Bearer not-a-secret"}


async def lodge(harness: Any, key: str = "key-of-hoa", **change: Any) -> dict[str, Any]:
    answer = await harness.client.post("/v1/feedback", json={**BODY, **change}, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def reply(harness: Any, feedback: str, **change: Any) -> Any:
    return await harness.client.post(f"/v1/feedback/{feedback}/answer", json={**ANSWER, **change}, headers=BEARER)


async def test_a_feedback_is_answered_with_its_limit_and_its_words_stay_off_the_bus(harness: Any) -> None:
    sent: list[Any] = []
    take = harness.take

    async def spy(messages: Any) -> None:
        sent.extend(messages)
        await take(messages)

    harness.take = spy
    harness.__post_init__()
    outcome = await lodge(harness)
    assert (outcome["status"], outcome["due"], outcome["answer"]) == ("open", "2026-01-07T02:00:00Z", None)
    (message,) = sent
    event = read_event(message.topic, message.value)
    assert (event.type, event.subject, event.data.limit) == (
        "feedback.submitted",
        outcome["feedback_id"],
        "2 working-days",
    )
    assert (event.data.category, event.data.agency, event.data.dossier) == ("delay", "H29.02", BODY["dossier"])
    assert "Hoa" not in message.value.decode()


async def test_an_agency_reads_and_answers_and_the_citizen_reads_the_answer(harness: Any) -> None:
    feedback = (await lodge(harness))["feedback_id"]
    words = await harness.operator.get(f"/internal/feedback/{feedback}", headers=BEARER)
    assert words.json() == {"text": BODY["text"]}
    harness.at += timedelta(hours=4)
    answered = await reply(harness, feedback)
    assert (answered.status_code, answered.json()["status"]) == (201, "in-time")
    seen = (await harness.client.get(f"/v1/feedback/{feedback}")).json()
    assert (seen["answer"], seen["answered"], seen["status"]) == (ANSWER["text"], "2026-01-05T06:00:00Z", "in-time")
    assert "sẵn sàng" not in str(harness.store.documents[feedback].facts)


async def test_an_answer_after_the_limit_is_late(harness: Any) -> None:
    feedback = (await lodge(harness))["feedback_id"]
    harness.at += timedelta(days=2, seconds=1)
    assert (await reply(harness, feedback)).json()["status"] == "late"


async def test_a_repeated_feedback_is_one(harness: Any) -> None:
    first = await lodge(harness)
    harness.at += timedelta(hours=1)
    assert await lodge(harness) == first
    assert len(harness.store.documents) == 1


async def test_without_a_key_every_feedback_is_a_new_one(harness: Any) -> None:
    ids = {(await harness.client.post("/v1/feedback", json=BODY)).json()["feedback_id"] for _ in range(2)}
    assert len(ids) == 2


async def test_a_key_stands_for_one_feedback(harness: Any) -> None:
    await lodge(harness)
    answer = await harness.client.post(
        "/v1/feedback", json={**BODY, "text": "Khác."}, headers={"Idempotency-Key": "key-of-hoa"}
    )
    assert (answer.status_code, harness.waiting) == (409, [])


async def test_the_same_answer_again_changes_nothing_and_another_is_refused(harness: Any) -> None:
    feedback = (await lodge(harness))["feedback_id"]
    first = await reply(harness, feedback)
    harness.at += timedelta(hours=1)
    assert (await reply(harness, feedback)).json() == first.json()
    other = await reply(harness, feedback, text="Câu trả lời khác.")
    assert (other.status_code, other.json()["detail"]) == (
        409,
        "this feedback was answered otherwise, and an answer stays",
    )
    assert harness.waiting == []


async def test_another_agency_can_not_answer(harness: Any) -> None:
    feedback = (await lodge(harness))["feedback_id"]
    answer = await reply(harness, feedback, agency="H29.03")
    assert (answer.status_code, answer.json()["detail"]) == (409, "this feedback is H29.02's to answer")


async def test_a_feedback_that_nobody_lodged_can_be_neither_read_nor_answered(harness: Any) -> None:
    assert (await reply(harness, "00000000-nothing")).status_code == 404
    assert (await harness.client.get("/v1/feedback/00000000-nothing")).status_code == 404
    assert (await harness.operator.get("/internal/feedback/00000000-nothing", headers=BEARER)).status_code == 404
    assert harness.waiting == []


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
@pytest.mark.parametrize("token", ["not-a-secret", ""])
async def test_what_agencies_do_is_closed_without_the_token(headers: dict[str, str], token: str, harness: Any) -> None:
    harness.token = token
    harness.__post_init__()
    feedback = (await lodge(harness))["feedback_id"]
    answer = await harness.client.post(f"/v1/feedback/{feedback}/answer", json=ANSWER, headers=headers)
    words = await harness.operator.get(f"/internal/feedback/{feedback}", headers=headers)
    assert (answer.status_code, words.status_code, harness.waiting) == (403, 403, [])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"category": "weather"}, "there is no such category; choose of service-stopped, attitude, delay"),
        ({"agency": "X99"}, "there is no such agency"),
        ({"text": "x" * 5001}, "at most 5000 characters"),
        ({"text": "  \n "}, "at least 1 character"),
        ({"dossier": "../etc"}, "pattern"),
        ({"name": "Hoa"}, "Extra inputs are not permitted"),
    ],
)
async def test_what_is_no_feedback_is_refused_and_not_kept(change: dict[str, Any], words: str, harness: Any) -> None:
    answer = await harness.client.post("/v1/feedback", json={**BODY, **change})
    assert answer.status_code == 422
    assert words in answer.text
    assert (harness.waiting, harness.words.by_key) == ([], {})


@pytest.mark.parametrize(
    ("change", "words"), [({"text": "x" * 5001}, "at most 5000"), ({"officer": "A"}, "not permitted")]
)
async def test_what_is_no_answer_is_refused(change: dict[str, Any], words: str, harness: Any) -> None:
    feedback = (await lodge(harness))["feedback_id"]
    answer = await reply(harness, feedback, **change)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert (await reply(harness, feedback)).status_code == 201


async def test_what_was_kept_but_perhaps_not_published_is_published_by_the_repeat_as_it_was(harness: Any) -> None:
    sent: list[Any] = []

    async def lost(messages: Any) -> None:
        sent.extend(messages)
        raise KeyboardInterrupt

    take, harness.take = harness.take, lost
    harness.__post_init__()
    with pytest.raises(KeyboardInterrupt):
        await lodge(harness)
    harness.at += timedelta(hours=3)
    with pytest.raises(KeyboardInterrupt):
        await lodge(harness)
    assert sent[0] == sent[1], "the same event, byte for byte"
    harness.take = take
    harness.__post_init__()
    assert (await lodge(harness))["due"] == "2026-01-07T02:00:00Z"


async def test_a_feedback_that_is_not_on_record_yet_is_looked_for_later(harness: Any) -> None:
    work, harness.work = harness.work, _nothing
    answer = await harness.client.post("/v1/feedback", json=BODY)
    assert (answer.status_code, answer.json()["status"]) == (202, None)
    where = answer.headers["Location"]
    assert (await harness.client.get(where)).json() == answer.json()
    assert (await reply(harness, answer.json()["feedback_id"])).status_code == 404, (
        "nobody answers what is not on record"
    )
    await work()
    assert (await harness.client.get(where)).json()["status"] == "open"


async def _nothing() -> None:
    """The loop does nothing."""


async def test_the_categories_are_shown_with_their_limits(harness: Any) -> None:
    shown = {
        category["code"]: category["limit"] for category in (await harness.client.get("/v1/feedback/categories")).json()
    }
    assert (shown["service-stopped"], shown["regulation"]) == ("2 working-hours", "5 working-days")


async def test_figures_add_up_by_category(harness: Any) -> None:
    harness.rows = [
        {"_id": {"key": "delay", "status": "open"}, "count": 3},
        {"_id": {"key": "attitude", "status": "late"}, "count": 1},
        {"_id": {"key": "delay", "status": "in-time"}, "count": 4},
    ]
    harness.overdue_rows = [{"_id": "delay", "count": 2}]
    answer = await harness.client.get("/v1/figures/feedback", params={"by": "category"})
    assert answer.json() == [
        {"key": "attitude", "count": 1, "in_time": 0, "late": 1, "unlimited": 0, "open": 0, "overdue": 0},
        {"key": "delay", "count": 7, "in_time": 4, "late": 0, "unlimited": 0, "open": 3, "overdue": 2},
    ]


@pytest.mark.parametrize("params", [{}, {"by": "text"}, {"by": "agency", "month": "2026-13"}])
async def test_other_figures_are_refused(params: dict[str, str], harness: Any) -> None:
    assert (await harness.client.get("/v1/figures/feedback", params=params)).status_code == 422


async def test_rating_is_wired(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, service_token=SecretStr("secret"))

    async def nowhere(messages: Any) -> None:
        raise AssertionError(messages)

    app = build(Context(settings, MongoStore("mongodb://127.0.0.1:1", "rating"), nowhere))

    async def well() -> dict[str, bool]:
        return {}

    paths = make_api("rating", app.router, well).openapi()["paths"]
    assert {"/v1/ratings", "/v1/feedback", "/v1/feedback/{feedback_id}/answer", "/v1/figures/feedback"} <= set(paths)
    assert not [path for path in paths if path.startswith("/internal")]


async def test_a_feedback_that_older_code_folded_is_told_as_this_code_folds_it(harness: Any) -> None:
    lodged = await lodge(harness)
    feedback = lodged["feedback_id"]
    harness.store.age(feedback, feedback="of another shape")
    assert (await harness.client.get(f"/v1/feedback/{feedback}")).json() == lodged
    assert (await reply(harness, feedback)).json()["status"] == "in-time"
