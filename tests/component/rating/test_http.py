import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis.runtime.states import RECOUNT_SECONDS
from contracts.envelope import AnyEvent
from contracts.topics import read_event

CODE = "H29.16-260105-0001"
BODY = {
    "dossier": CODE,
    "channel": "counter-device",
    "holder": "slip-1",
    "agency": "H29.02",
    "officer": "CC-7",
    "answers": {"7": 2, "4": 1},
}


async def test_a_rating_is_answered_with_its_outcome(harness: Any, received: AnyEvent, completed: AnyEvent) -> None:
    await harness.hear(received)
    await harness.hear(completed)
    answer = await harness.client.post("/v1/ratings", json=BODY)
    assert (answer.status_code, answer.json()["counted"]) == (201, True)
    (published,) = harness.said
    event = read_event(published.topic, published.value)
    assert (event.data.rating_id, event.correlationid) == (answer.json()["rating_id"], "submission-1")
    again = await harness.client.get(answer.headers["Location"])
    assert (again.status_code, again.json()) == (200, answer.json())


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k-1"}])
async def test_a_repeated_request_is_harmless(headers: dict[str, str], harness: Any, received: AnyEvent) -> None:
    await harness.hear(received)
    first = await harness.client.post("/v1/ratings", json=BODY, headers=headers)
    reordered = {**BODY, "answers": {"4": 1, "7": 2}}
    second = await harness.client.post("/v1/ratings", json=reordered, headers=headers)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    state = harness.store.documents[CODE].state
    assert (len(state["ratings"]), state["repeated"]) == (1, 0)


async def test_a_second_rating_of_a_holder_is_taken_and_not_counted(
    harness: Any, received: AnyEvent, completed: AnyEvent
) -> None:
    await harness.hear(received)
    await harness.hear(completed)
    await harness.client.post("/v1/ratings", json=BODY)
    answer = await harness.client.post("/v1/ratings", json={**BODY, "answers": {"7": 0}})
    assert (answer.status_code, answer.json()["counted"]) == (201, False)


async def test_a_key_stands_for_one_rating(harness: Any, received: AnyEvent) -> None:
    await harness.hear(received)
    headers = {"Idempotency-Key": "k-1"}
    await harness.client.post("/v1/ratings", json=BODY, headers=headers)
    for other in ({"7": 0}, {"7": 1, "4": 2}):  # the second gives as many points of as many
        answer = await harness.client.post("/v1/ratings", json={**BODY, "answers": other}, headers=headers)
        assert (answer.status_code, harness.waiting) == (409, [])


async def test_two_holders_never_share_a_key(harness: Any, received: AnyEvent, completed: AnyEvent) -> None:
    await harness.hear(received)
    await harness.hear(completed)
    answers = [
        await harness.client.post("/v1/ratings", json=BODY | {"holder": holder}, headers={"Idempotency-Key": key})
        for holder, key in (("slip-1", "key"), ("slip-2", "key"), ("slip-1|a", "key"))
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[0].json()["rating_id"] != answers[1].json()["rating_id"]


async def test_a_rating_of_who_never_had_the_dossier_waits_and_does_not_count_in_the_end(
    harness: Any, received: AnyEvent, completed: AnyEvent
) -> None:
    await harness.hear(received)
    answer = await harness.client.post("/v1/ratings", json={**BODY, "officer": "CC-99"})
    assert (answer.status_code, answer.json()["counted"]) == (202, None)
    await harness.hear(completed)
    assert (await harness.client.get(answer.headers["Location"])).json()["counted"] is False


async def test_a_rating_of_an_unknown_dossier_waits_for_it(
    harness: Any, received: AnyEvent, completed: AnyEvent
) -> None:
    answer = await harness.client.post("/v1/ratings", json=BODY)
    assert (answer.status_code, answer.json()["counted"]) == (202, None)
    assert sum(harness.pauses) == pytest.approx(2)
    where = answer.headers["Location"]
    assert (await harness.client.get(where)).json() == answer.json()
    await harness.hear(received)
    assert (await harness.client.get(where)).json()["counted"] is None, "nobody is known to have worked on it"
    await harness.hear(completed)
    assert (await harness.client.get(where)).json()["counted"] is True


async def test_a_store_that_is_down_loses_no_rating(harness: Any, received: AnyEvent, completed: AnyEvent) -> None:
    await harness.hear(received)
    await harness.hear(completed)
    harness.down = True
    answer = await harness.client.post("/v1/ratings", json=BODY)
    assert answer.status_code == 202
    harness.down = False
    await harness.work()
    assert (await harness.client.get(answer.headers["Location"])).json()["counted"] is True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answers": {"7": 7}}, "indicator 7: give 0, 1 or 2 points"),
        ({"answers": {"7": -1}}, "give 0, 1 or 2 points"),
        ({"answers": {"7": True}}, "valid integer"),
        ({"answers": {"1": 2}}, "'4', '5', '6', '7', '8' or '9'"),
        ({"answers": {}}, "at least 1 item"),
        ({"holder": "x" * 65}, "at most 64 characters"),
        ({"channel": "pigeon"}, "'counter-device', 'web', 'phone' or 'post'"),
        ({"dossier": "../etc"}, "pattern"),
        ({"name": "Nguyễn Thị Hoa"}, "Extra inputs are not permitted"),
    ],
)
async def test_what_is_no_rating_is_refused(change: dict[str, Any], words: str, harness: Any) -> None:
    answer = await harness.client.post("/v1/ratings", json={**BODY, **change})
    assert answer.status_code == 422
    assert words in answer.text
    assert harness.waiting == []


async def test_an_unseen_rating_is_not_found(harness: Any) -> None:
    answer = await harness.client.get(f"/v1/ratings/{CODE}/nothing")
    assert answer.status_code == 404


async def test_figures_hide_small_samples_and_the_running_month(harness: Any) -> None:
    cell = {"month": "2025-12", "agency": "H29.02", "channel": "web"}
    harness.rows = [
        {"_id": {**cell, "officer": "CC-9"}, "count": 5, "points": 20, "of": 30},
        {"_id": {**cell, "officer": "CC-1"}, "count": 4, "points": 1, "of": 24},
    ]
    answer = await harness.client.get("/v1/figures", params={"by": "officer"})
    hidden = {"count": 0, "points": None, "of": None, "share": None, "hidden": 4, "suppressed": True}
    shown = {"count": 5, "points": 20, "of": 30, "share": 0.6667, "hidden": 0, "suppressed": False}
    assert answer.json() == [{"key": "CC-1", **hidden}, {"key": "CC-9", **shown}]
    agencies = await harness.client.get("/v1/figures", params={"by": "agency", "month": "2025-12"})
    assert [(figure["share"], figure["hidden"]) for figure in agencies.json()] == [(0.6667, 4)]


@pytest.mark.parametrize("params", [{}, {"by": "holder"}, {"by": "agency", "month": "2026-13"}])
async def test_other_figures_are_refused(params: dict[str, str], harness: Any) -> None:
    assert (await harness.client.get("/v1/figures", params=params)).status_code == 422


async def test_what_older_code_folded_is_told_as_this_code_folds_it(
    harness: Any, received: AnyEvent, completed: AnyEvent
) -> None:
    await harness.hear(received)
    await harness.hear(completed)
    told = await harness.client.post("/v1/ratings", json=BODY)
    harness.store.age(CODE, ratings="of another shape")
    assert (await harness.client.get(told.headers["Location"])).json() == told.json()
    again = await harness.client.post("/v1/ratings", json=BODY)  # it is found among what is known, and not said again
    assert (again.status_code, again.json(), harness.waiting) == (201, told.json(), [])


@pytest.mark.parametrize("path", ["/v1/figures?by=agency", "/v1/figures/feedback?by=agency"])
async def test_figures_tell_how_many_documents_they_count_as_older_code_left_them(
    path: str, harness: Any, received: AnyEvent
) -> None:
    await harness.hear(received)
    assert "lienthong-outdated" not in (await harness.client.get(path)).headers
    harness.store.age(CODE)
    harness.at += timedelta(seconds=RECOUNT_SECONDS)
    assert (await harness.client.get(path)).headers["lienthong-outdated"] == "1"


async def test_documents_of_older_code_are_counted_once_for_all_who_ask_within_half_a_minute(
    harness: Any, received: AnyEvent
) -> None:
    await harness.hear(received)
    harness.store.age(CODE)
    path = "/v1/figures?by=agency"
    answers = await asyncio.gather(*(harness.client.get(path) for _ in range(5)))
    harness.at += timedelta(seconds=RECOUNT_SECONDS - 1)
    answers.append(await harness.client.get(path))
    assert [answer.headers["lienthong-outdated"] for answer in answers] == ["1"] * 6
    assert harness.counts == 1
    harness.at += timedelta(seconds=1)
    await harness.client.get(path)
    assert harness.counts == 2
