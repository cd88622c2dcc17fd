"""Whatever stands in the headers, on whatever route: nobody is let in by it, nothing breaks, nothing is quoted."""

import base64
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt

from tests.component.access.province import Province
from tests.component.access.test_routes import EVERYBODY, LET_IN

CLOSED = sorted((service, route) for (service, route), actors in LET_IN.items() if actors != EVERYBODY)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
HEADS = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["ES256", "RS256", "EdDSA", "HS256", "none"]) | JSON,
        "kid": JSON,
        "crit": JSON,
        "b64": JSON,
    },
)
UNSIGNED = st.builds(
    lambda head, body, end: f"{part(head)}.{part(body)}.{end}", HEADS, JSON, st.text("Aa0-_", max_size=90)
)
TOKENS = st.binary(max_size=300) | UNSIGNED.map(str.encode) | st.text(max_size=100).map(str.encode)
SCHEMES = st.sampled_from([b"Bearer ", b"bearer ", b"Basic ", b"", b"Bearer  ", b"Bearer\t"])
SECRETS = st.binary(max_size=80) | st.text("ABCDEFGH234567-", min_size=20, max_size=34).map(str.encode)
CLAIMS = st.dictionaries(
    st.sampled_from(["lt_role", "lt_unit", "lt_agency", "sub", "exp", "nbf", "iss", "aud", "azp", "typ"]),
    JSON,
    min_size=1,
)


async def refused(province: Province, place: tuple[str, str], headers: list[tuple[bytes, bytes]]) -> httpx.Response:
    service, route = place
    _, path, sent = province.request(service, route)
    published, operators = province.apis[service]
    transport = httpx.ASGITransport(operators if path.startswith("/internal") else published)
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as http:
        answer = await http.request(route.partition(" ")[0], path, headers=headers, **sent)
    assert answer.status_code in (400, 401, 403, 404), (headers, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer


ASKED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ASKED
@given(place=st.sampled_from(CLOSED), scheme=SCHEMES, token=TOKENS, secret=st.none() | SECRETS)
async def test_an_invented_header_opens_nothing(province, place, scheme, token, secret):
    headers = [(b"authorization", scheme + token)] if token else []
    headers += [(b"lienthong-receipt", secret)] if secret is not None else []
    answer = await refused(province, place, headers)
    for given_value in (token, secret or b""):
        assert len(given_value) < 12 or given_value.decode("latin-1") not in answer.text


@ASKED
@given(place=st.sampled_from(CLOSED), claims=CLAIMS)
async def test_a_genuine_token_with_strange_claims_opens_nothing_and_breaks_nothing(province, place, claims):
    issuing = province.world.issuing
    strange = {"sub": "x", "lt_role": "nobody", "iss": issuing.url, "aud": "lienthong", "exp": 4_000_000_000} | claims
    token = jwt.encode({"alg": "ES256", "kid": issuing.book.keys[0].kid}, strange, issuing.book.keys[0])
    await refused(province, place, [(b"authorization", f"Bearer {token}".encode())])


@pytest.mark.parametrize("place", CLOSED, ids=" ".join)
async def test_every_closed_route_asks_who_calls(province, place):
    assert (await refused(province, place, [])).status_code in (401, 404)
