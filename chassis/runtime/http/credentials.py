"""How a service says who it is to another service: the shared token in plain mode, else a token of the issuer."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

import httpx
from pydantic import BaseModel, Field, SecretStr, ValidationError

from chassis.runtime.http.issuer import PATIENCE, Issuer, IssuerDownError

EARLY = 30.0
"""Seconds before its end at which a token is no longer used: a request may be under way so long."""


class NoCredentialsError(Exception):
    """The service can not say who it is; the text says what to set, or that the issuer does not answer."""


class Credentials(Protocol):
    """Says who this service is."""

    async def header(self) -> str:
        """The value of `Authorization`.

        Raises:
            NoCredentialsError: there is none now.
        """


class SharedToken:
    """The service token, which all services have (LIENTHONG_SERVICE_TOKEN)."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    async def header(self) -> str:
        """See Credentials."""
        if not (token := self._token.get_secret_value()):
            raise NoCredentialsError("no service token is set (LIENTHONG_SERVICE_TOKEN)")
        return f"Bearer {token}"


class _Granted(BaseModel):
    access_token: str = Field(min_length=1)
    expires_in: float = Field(default=60.0, gt=0)


class ClientCredentials:
    """Tokens that the issuer grants to this service by its own name and secret (RFC 6749, 4.4)."""

    def __init__(
        self,
        issuer: Issuer,
        client: httpx.AsyncClient,
        name: str,
        secret: SecretStr,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._client = client
        self._name = name
        self._secret = secret
        self._steady = steady
        self._token = ""
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def header(self) -> str:
        """See Credentials."""
        async with self._asking:
            if self._steady() >= self._until:
                granted = await self._granted()
                self._token = granted.access_token
                self._until = self._steady() + max(granted.expires_in - EARLY, granted.expires_in / 2)
        return f"Bearer {self._token}"

    async def _granted(self) -> _Granted:
        if not self._name:
            raise NoCredentialsError("this service has no name at the issuer: set LIENTHONG_CLIENT_ID and …_SECRET")
        try:
            answer = await self._client.post(
                await self._issuer.endpoint("token_endpoint"),
                data={"grant_type": "client_credentials"},
                auth=(self._name, self._secret.get_secret_value()),
                timeout=PATIENCE,
                follow_redirects=False,
            )
        except (httpx.HTTPError, IssuerDownError) as error:
            raise NoCredentialsError(f"the issuer grants no token: {type(error).__name__}") from None
        if answer.status_code != httpx.codes.OK:
            text = f"the issuer refuses {self._name} ({answer.status_code}): look at LIENTHONG_CLIENT_ID and …_SECRET"
            raise NoCredentialsError(text)
        try:
            return _Granted.model_validate_json(answer.content)
        except ValidationError:
            raise NoCredentialsError("the issuer's answer holds no token") from None
