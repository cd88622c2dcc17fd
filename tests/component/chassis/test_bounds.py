"""What no service takes as a request, whatever its own routes say; and how every refusal looks."""

import json

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from chassis.runtime.http.access import allowed
from chassis.runtime.http.application import Probes, make_api
from chassis.runtime.http.bounds import GREATEST, UnfitJsonError, read_json
from chassis.runtime.http.problem import MOST_FLAWS, Problem
from chassis.runtime.store.mongo import StoreError
from contracts.topics import MAX_RECORD_BYTES

CANARY = "Nguyễn Thị Hoàng Yến"


class Note(BaseModel):
    model_config = {"extra": "forbid"}

    text: str = ""
    parts: dict[str, int] = {}


async def nothing():
    return {}


@pytest.fixture
def taken():
    return []


@pytest.fixture
async def http(taken):
    routes = APIRouter(dependencies=[allowed(public=True)])

    @routes.post("/v1/notes")
    async def write(note: Note) -> Note:
        taken.append(note)
        return note

    @routes.get("/v1/notes/{fault}")
    async def fail(fault: str) -> Note:
        raise {"store": StoreError, "time": TimeoutError, "bug": KeyError}[fault](CANARY)

    api = make_api("toy", routes, Probes(nothing, nothing, nothing))
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://toy") as client:
        yield client


def refused(answer, status):
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert CANARY not in answer.text
    return Problem.model_validate_json(answer.content)


UNFIT = {
    "a lone surrogate": rb'{"text": "\ud800"}',
    "a lone surrogate in a name": rb'{"parts": {"\udfff": 1}}',
    "a surrogate pair turned round": rb'{"text": "\udc00\ud800"}',
    "not a number": b'{"parts": {"a": NaN}}',
    "infinity": b'{"parts": {"a": -Infinity}}',
    "a float beyond all": b'{"parts": {"a": 1e999}}',
    "an integer beyond 64 bits": b'{"parts": {"a": 9223372036854775808}}',
    "an integer of ten thousand digits": b'{"parts": {"a": ' + b"9" * 10_000 + b"}}",
    "a field twice": b'{"text": "a", "text": "b"}',
    "seventeen levels": b"[" * 17 + b"]" * 17,
    "a hundred thousand levels": b"[" * 100_000 + b"]" * 100_000,
    "not closed": b'{"text": "a"',
    "two values": b"{}{}",
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "no text at all": b'{"text": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"text": "a"}',
}


@pytest.mark.parametrize("body", UNFIT.values(), ids=UNFIT)
async def test_json_that_can_not_be_kept_is_refused(http, taken, body):
    spiced = body.replace(b'"a"', json.dumps(CANARY, ensure_ascii=False).encode())
    answer = await http.post("/v1/notes", content=spiced, headers={"Content-Type": "application/json"})
    assert refused(answer, 422).detail.startswith("the body ")
    assert taken == []


@pytest.mark.parametrize("body", UNFIT.values(), ids=UNFIT)
def test_what_is_refused_says_why_in_words_of_ours(body):
    with pytest.raises(UnfitJsonError, match=r"^(is|holds|names) "):
        read_json(body)


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "\\ud83d\\ude00 Nguyễn"}',
        f'{{"parts": {{"a": {GREATEST}}}}}',
        "{}",
        '{"text": "\\u0000"}',
        '"x"',
        "1.5",
    ],
)
def test_ordinary_json_is_read_as_it_is(text):
    assert read_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_of_another_kind_is_refused(http, taken, kind):
    answer = await http.post("/v1/notes", content=b"{}", headers={"Content-Type": kind} if kind is not None else {})
    assert "application/json" in refused(answer, 415).detail
    assert taken == []


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
)
async def test_every_way_to_say_json_is_taken(http, taken, kind):
    answer = await http.post("/v1/notes", content=b'{"text": "x"}', headers={"Content-Type": kind})
    assert (answer.status_code, len(taken)) == (200, 1)


async def test_a_body_that_is_too_large_is_a_problem_and_ends_the_connection(http):
    answer = await http.post("/v1/notes", content=b" " * (MAX_RECORD_BYTES + 1))
    assert str(MAX_RECORD_BYTES) in refused(answer, 413).detail
    assert answer.headers["connection"] == "close"


async def test_what_does_not_fit_is_named_and_never_quoted(http):
    body = {"text": [CANARY], "parts": {CANARY: CANARY, "size": CANARY}, CANARY: CANARY, "nickname": CANARY}
    told = refused(await http.post("/v1/notes", json=body), 422)
    assert {one.loc for one in told.errors} == {
        ("body", "text"), ("body", "parts", "*"), ("body", "parts", "size"), ("body", "*"), ("body", "nickname"),
    }  # fmt: skip


async def test_an_answer_lists_no_more_flaws_than_help(http):
    told = refused(await http.post("/v1/notes", json={"parts": {f"p{n}": "x" for n in range(1000)}}), 422)
    assert len(told.errors) == MOST_FLAWS


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nowhere", 404), ("DELETE", "/v1/notes", 405), ("GET", "/v1/notes/", 404), ("POST", "/v1/notes", 422)],
)
async def test_what_no_route_takes_has_the_same_form(http, method, path, status):
    assert refused(await http.request(method, path), status).status == status


@pytest.mark.parametrize(("fault", "status"), [("store", 503), ("time", 503), ("bug", 500)])
async def test_a_fault_has_the_same_form_and_does_not_tell_what_was_asked(http, capsys, fault, status):
    told = refused(await http.get(f"/v1/notes/{fault}"), status)
    assert "send the same request again" in told.detail
    assert CANARY not in capsys.readouterr().out


async def test_the_document_says_what_a_refusal_looks_like(http):
    document = (await http.get("/openapi.json")).json()
    for operation in (one for path in document["paths"].values() for one in path.values()):
        for status in ("4XX", "5XX"):
            assert "application/problem+json" in operation["responses"][status]["content"]
    assert {"title", "status", "detail"} <= set(document["components"]["schemas"]["Problem"]["required"])
