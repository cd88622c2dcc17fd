"""What any request does to a service, on its real server: it gets an answer that the OpenAPI document knows.

schemathesis makes requests by the document, good and bad. Beside it stand good requests made bad by ourselves, with
canaries in them, also where the document knows no field.
"""

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi.checks import RejectedPositiveData

from tests.fuzz.budget import SECONDS, tried
from tests.fuzz.mutations import CANARY, HALF, TEXTS, everywhere, spoilt, told

pytestmark = pytest.mark.slow

ROUTES = {
    "intake": 11,
    "rating": 9,
    "sla": 2,
}
"""How many operations each service publishes: a new one is tried too, or this says so."""

PERSON = {"name": "Trần Văn Bình", "email": "binh@example.vn", "phone": "0912345678"}
BODIES: dict[tuple[str, str], list[Any]] = {
    ("intake", "/v1/submissions"): [
        {"procedure": "1.001193", "channel": "counter", "receiving_unit": "H29.16.01", "components": ["form"]},
        {
            "procedure": "1.001193",
            "channel": "online",
            "receiving_unit": "H29.16.01",
            "competent_agency": "H29.16.02",
            "components": ["form", "birth-proof", "identity"],
            "attributes": {},
            "applicant": PERSON,
            "language": "en",
        },
    ],
    ("intake", "/v1/submissions/{id}/supplements"): [{"components": ["birth-proof", "identity"]}],
    ("intake", "/v1/submissions/{id}/payments"): [{"amount": 8000}],
    ("intake", "/v1/submissions/{id}/collection"): [{"channel": "post"}],
    ("rating", "/v1/ratings"): [
        {
            "dossier": "H29.16-260105-0001",
            "channel": "web",
            "holder": "slip-1",
            "agency": "H29.02",
            "officer": "CC-7",
            "answers": {"7": 2, "4": 1},
        }
    ],
    ("rating", "/v1/feedback"): [
        {"category": "delay", "agency": "H29.02", "text": "chậm", "dossier": "H29.16-260105-0001"}
    ],
    ("rating", "/v1/feedback/{id}/answer"): [{"agency": "H29.02", "text": "xong"}],
}


def operations(address: str) -> dict[str, Any]:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    return {one.ok().label: one.ok() for one in schema.get_all_operations()}


@pytest.mark.parametrize("service", ROUTES)
def test_every_request_by_the_document_gets_an_answer_of_the_document(service: str, addresses: dict[str, str]) -> None:
    found = operations(addresses[service])
    assert len(found) == ROUTES[service]
    for operation in found.values():
        good = operation.as_strategy()
        bad = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

        @tried(0.6)
        @given(good if operation.method == "get" and not operation.query else st.one_of(good, bad))
        def holds(case: Any) -> None:
            answer = case.call(timeout=SECONDS)
            try:
                case.validate_response(answer)
            except FailureGroup as failures:
                if not all(
                    isinstance(one, RejectedPositiveData) and _no_schema_could_say(answer)
                    for one in failures.exceptions
                ):
                    raise

        holds()


def _no_schema_could_say(answer: Any) -> bool:
    """Whether a request that the schema calls good was refused for what no schema says.

    Such as an agency that does not exist, a phone number that nobody has, or a name that is none: libraries know those.
    And schemathesis 4.32.5 was seen to make headers and query values beside their pattern, and to call them good.
    """
    told = answer.json()
    if not told["errors"]:
        return not told["detail"].startswith("the body ")
    return all(
        one["loc"][0] in ("header", "query") or one["loc"][:2] == ["body", "applicant"] for one in told["errors"]
    )


@pytest.mark.parametrize(("service", "path"), BODIES)
def test_no_body_is_quoted_hangs_or_is_our_fault(
    service: str, path: str, addresses: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    with httpx.Client(base_url=addresses[service], timeout=SECONDS, headers={"Authorization": "Bearer x"}) as http:
        place = path.replace("{id}", _one_to_act_on(service, http) if "{id}" in path else "")

        @tried(2)
        @given(spoilt(BODIES[service, path]), st.none() | st.sampled_from(("key-number-1", "key-number-2")))
        def holds(body: bytes, key: str | None) -> None:
            headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
            answer = http.post(place, content=body, headers=headers)
            assert answer.status_code < 500
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert not told(answer.text)

        holds()
    heard = capfd.readouterr()
    assert not told(heard.out + heard.err)


@pytest.mark.parametrize("spice", [CANARY, HALF, 10**30, -1.5, None, [[]], ""], ids=repr)
@pytest.mark.parametrize(("service", "path"), BODIES)
def test_nothing_in_any_place_of_a_body_is_quoted_or_our_fault(
    service: str, path: str, spice: Any, addresses: dict[str, str]
) -> None:
    with httpx.Client(base_url=addresses[service], timeout=SECONDS, headers={"Authorization": "Bearer x"}) as http:
        place = path.replace("{id}", _one_to_act_on(service, http) if "{id}" in path else "")
        for body in (spiced for sample in BODIES[service, path] for spiced in everywhere(sample, spice)):
            answer = http.post(place, content=json.dumps(body), headers={"Content-Type": "application/json"})
            assert answer.status_code < 500
            assert answer.status_code < 400 or not told(answer.text)


def _one_to_act_on(service: str, http: httpx.Client) -> str:
    if service == "rating":
        return "feedback-of-nobody"
    lodged = http.post("/v1/submissions", json=BODIES["intake", "/v1/submissions"][0])
    return str(lodged.json()["submission_id"])


@pytest.mark.parametrize("service", ROUTES)
def test_no_path_or_query_is_our_fault(service: str, addresses: dict[str, str]) -> None:
    paths = [operation.path for operation in operations(addresses[service]).values() if operation.method == "get"]
    text = st.sampled_from(TEXTS) | st.text(max_size=80)
    with httpx.Client(base_url=addresses[service], timeout=SECONDS) as http:

        @tried(2)
        @given(st.sampled_from([*paths, "/docs/{x}", "/health/{x}", "/internal/contacts/{x}"]), text, text, text)
        def holds(path: str, inserted: str, name: str, value: str) -> None:
            place = httpx.URL(http.base_url, raw_path=_filled(path, inserted, name, value))
            answer = http.get(place)
            assert answer.status_code < 500
            assert not told(json.dumps(answer.json(), ensure_ascii=False) if answer.status_code >= 400 else "")

        holds()


def _filled(path: str, inserted: str, name: str, value: str) -> bytes:
    before, brace, rest = path.partition("{")
    after = rest.partition("}")[2]
    known = ("by", "month", "after", "limit", "explained", name)
    query = "&".join(
        f"{quote(one, safe='', errors='surrogatepass')}={quote(value, safe='', errors='surrogatepass')}"
        for one in known
    )
    return f"{before}{quote(inserted, safe='', errors='surrogatepass') if brace else ''}{after}?{query}".encode()


def test_a_canary_that_is_quoted_is_seen() -> None:
    """The properties above can fail, however the text is escaped."""
    assert told(json.dumps({"detail": CANARY})) == told(CANARY) != []
