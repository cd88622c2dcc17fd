"""Tokens for the bus: had once, renewed in time, and whatever goes wrong is told apart."""

import asyncio
import base64
import time
from collections.abc import Iterator
from urllib.parse import quote_plus

import pytest
from aiokafka.errors import AuthenticationFailedError, KafkaError, SaslAuthenticationFailed
from pydantic import SecretStr

from chassis.runtime.bus.tokens import TokenEndpointError, Tokens, _Answered
from chassis.runtime.bus.trouble import kind_of
from tests.token_endpoint import CLIENT, SECRET, Endpoint, token_endpoint


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with token_endpoint() as found:
        found.answer = {"access_token": "t1", "token_type": "Bearer", "expires_in": 300}
        yield found


def tokens(endpoint: Endpoint) -> Tokens:
    return Tokens(endpoint.url, CLIENT, SecretStr(SECRET), None)


async def test_a_client_shows_its_id_and_secret_as_the_standard_writes_them(endpoint: Endpoint) -> None:
    assert await tokens(endpoint).token() == "t1"
    [(header, body)] = endpoint.asked
    assert body == b"grant_type=client_credentials"
    shown = base64.b64decode(header.removeprefix("Basic ")).decode()
    assert shown == f"{CLIENT}:{quote_plus(SECRET)}"


async def test_connections_that_are_made_at_once_share_a_token(endpoint: Endpoint) -> None:
    ours = tokens(endpoint)
    assert set(await asyncio.gather(*(ours.token() for _ in range(5)))) == {"t1"}
    assert len(endpoint.asked) == 1


async def test_a_token_is_renewed_before_it_ends(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, begun = tokens(endpoint), time.monotonic()
    await ours.token()
    endpoint.answer |= {"access_token": "t2"}
    monkeypatch.setattr(time, "monotonic", lambda: begun + 200)
    assert await ours.token() == "t1"
    monkeypatch.setattr(time, "monotonic", lambda: begun + 260)
    assert await ours.token() == "t2"


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_client_that_the_endpoint_does_not_know_has_no_credentials(endpoint: Endpoint, status: int) -> None:
    endpoint.status = status
    with pytest.raises(AuthenticationFailedError, match="mend its id or secret") as found:
        await tokens(endpoint).token()
    assert kind_of(found.value) == "credentials"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {}),
        (200, {}),
        (200, []),
        (200, {"access_token": ""}),
        (200, {"access_token": "Nguyễn Văn A", "expires_in": "soon"}),
        (200, {"access_token": "t", "expires_in": -1}),
        (200, {"access_token": "t" * 100_000}),
        (302, {}),
    ],
)
async def test_an_answer_that_is_no_token_is_named_and_not_quoted(
    endpoint: Endpoint, status: int, answer: object
) -> None:
    endpoint.status, endpoint.answer = status, answer
    with pytest.raises(TokenEndpointError, match="is it a token endpoint") as found:
        await tokens(endpoint).token()
    assert "Nguyễn" not in str(found.value)
    assert kind_of(found.value) == "down"


async def test_an_endpoint_that_is_away_is_named() -> None:
    with pytest.raises(TokenEndpointError, match=r"http://127\.0\.0\.1:1/ gives no token"):
        await Tokens("http://127.0.0.1:1/", CLIENT, SecretStr(SECRET), None).token()


async def test_a_refused_token_is_not_taken_for_an_accepted_one(endpoint: Endpoint) -> None:
    accepted, refused = (_Answered(sasl_oauth_token_provider=tokens(endpoint)) for _ in range(2))
    for one in (accepted, refused):
        assert await one.step(None)
    assert await accepted.step(b"") is None
    with pytest.raises(SaslAuthenticationFailed, match="refuses our token"):
        await refused.step(b'{"status":"invalid_token"}')
    assert issubclass(SaslAuthenticationFailed, KafkaError)
