"""Tokens by which a client says who it is (OAUTHBEARER, RFC 7628), had by client credentials (RFC 6749, 4.4)."""

import asyncio
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
from aiokafka.abc import AbstractTokenProvider
from aiokafka.conn import AIOKafkaConnection, OAuthAuthenticator
from aiokafka.errors import AuthenticationFailedError, KafkaConnectionError, SaslAuthenticationFailed
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from typing_extensions import override

ANSWER_SECONDS = 10.0
"""Seconds that the token endpoint has for an answer. Shorter takes a busy one for one that is away; longer keeps a
connection waiting."""

NEARLY_OVER = 0.2
"""With less than this share of its life left a token is not used for a new connection. Smaller, and the broker may meet
it when it is over; larger asks the endpoint for nothing."""

LARGEST_ANSWER = 64 * 1024
"""Bytes. A token has some hundreds; what is far larger is no answer to our question."""


class TokenEndpointError(KafkaConnectionError):  # type: ignore[misc]
    """The endpoint gave no token, for reasons that pass: it is away, or answers with something else."""


class _Answer(BaseModel):
    """The fields of the answer that are needed (RFC 6749, 5.1); a life that is not told is taken for a minute."""

    model_config = ConfigDict(extra="ignore")

    access_token: SecretStr = Field(min_length=1)
    expires_in: float = Field(default=60, gt=0)


class Tokens(AbstractTokenProvider):  # type: ignore[misc]
    """The tokens of one client. A token serves for several connections, and is renewed before it ends.

    Args:
        url: the endpoint.
        client_id: who asks, with `secret`.
        ca: authorities that are believed besides those of this computer (PEM).
    """

    def __init__(self, url: str, client_id: str, secret: SecretStr, ca: Path | None) -> None:
        self._url, self._client_id, self._secret, self._ca = url, client_id, secret, ca
        self._asking = asyncio.Lock()
        self._token = ""
        self._renew_at = 0.0

    @override
    async def token(self) -> str:
        """A token with some of its life left.

        Raises:
            AuthenticationFailedError: the endpoint does not know us.
            TokenEndpointError: it does not answer.
        """
        async with self._asking:
            if time.monotonic() >= self._renew_at:
                asked_at = time.monotonic()
                answer = await self._ask()
                self._token = answer.access_token.get_secret_value()
                self._renew_at = asked_at + answer.expires_in * (1 - NEARLY_OVER)
            return self._token

    async def _ask(self) -> _Answer:
        believed = ssl.create_default_context()
        if self._ca:
            believed.load_verify_locations(self._ca)
        # RFC 6749, 2.3.1: both are written as a form writes them before they become a password.
        auth = (quote_plus(self._client_id), quote_plus(self._secret.get_secret_value()))
        try:
            async with httpx.AsyncClient(verify=believed, timeout=ANSWER_SECONDS, auth=auth) as client:
                answer = await client.post(self._url, data={"grant_type": "client_credentials"})
        except httpx.HTTPError as error:
            raise TokenEndpointError(f"{self._url} gives no token ({type(error).__name__}): start or name it") from None
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise AuthenticationFailedError(
                f"{self._url} does not know the client {self._client_id} ({answer.status_code}): mend its id or secret"
            )
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> _Answer:
        if answer.is_success and len(answer.content) <= LARGEST_ANSWER:
            try:
                return _Answer.model_validate_json(answer.content)
            except ValidationError:
                pass  # said below, with what may stand in it left out
        raise TokenEndpointError(f"{self._url} answers {answer.status_code} and no token: is it a token endpoint?")


class _Answered(OAuthAuthenticator):  # type: ignore[misc]
    """Looks at what the broker answers to a token: aiokafka 0.14 takes a refused one for an accepted one."""

    @override
    async def step(self, payload: bytes | None) -> Any:
        if payload:  # RFC 7628, 3.2.2: only a refusal says anything
            raise SaslAuthenticationFailed("the broker refuses our token: mend its issuer, audience or client")
        return await super().step(payload)


def _authenticator(connection: Any) -> _Answered:
    return _Answered(sasl_oauth_token_provider=connection._sasl_oauth_token_provider)  # noqa: SLF001 - as its own does


AIOKafkaConnection.authenticator_oauth = _authenticator
