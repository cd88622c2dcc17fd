"""Tokens of an OpenID Connect issuer: are they genuine, whole, for us, and of now?

Its keys are found by discovery and asked for anew when a token names one that is not known, so an issuer may change
them at any time. A token is never logged and never quoted.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from chassis.runtime import clock
from chassis.runtime.http.bounds import UnfitJsonError, read_json

log = structlog.get_logger(__name__)

ALGORITHMS = ["RS256", "ES256", "EdDSA"]
"""Signatures that count. None and HMAC are not among them: anybody could make those with a public key."""

LEEWAY = 30
"""Seconds by which clocks may differ. Less refuses honest tokens; more lets a token live longer than it says."""

ASK_AGAIN = 10.0
"""Least seconds between two questions for keys. Less lets whoever sends invented tokens wear out the issuer; more
refuses honest tokens longer after the issuer has changed its keys."""

FRESH = 600.0
"""Seconds after which keys are asked for anew, so that a key that was withdrawn stops counting."""

OLDEST = 86_400.0
"""Seconds that keys go on counting while the issuer does not answer. Less shuts the counters when it is down; more
lets a withdrawn key count longer."""

PATIENCE = 2.0
"""Seconds for an answer of the issuer. Less takes a busy one for one that is down; more lets requests wait for one that
hangs."""

LONGEST_TOKEN = 8 * 1024
"""Characters of a token; half of what the server takes of headers. A larger one is refused unread."""

LARGEST_ANSWER = 256 * 1024
"""Bytes of an answer of the issuer."""


class RefusedTokenError(Exception):
    """A token does not count; says why in words that quote nothing of it."""


class IssuerDownError(Exception):
    """The issuer does not tell its keys now, so no token can be judged."""


class Issuer:
    """One issuer, by its URL.

    Args:
        url: as the tokens say it (`iss`).
        audience: names of which a token has one in `aud` or in `azp`.
        client: asks the issuer.
        now: seconds since 1970; `steady`: seconds that no clock change moves.
    """

    def __init__(
        self,
        url: str,
        audience: frozenset[str],
        client: httpx.AsyncClient,
        now: Callable[[], float] = lambda: clock.now().timestamp(),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self._audience = audience
        self._client = client
        self._now = now
        self._steady = steady
        self._keys: Mapping[str, RSAKey | ECKey | OKPKey] = {}
        self._told: float | None = None
        self._asked: float | None = None
        self._asking = asyncio.Lock()

    async def claims(self, token: str) -> Mapping[str, Any]:
        """What a token claims.

        Raises:
            RefusedTokenError: it does not count.
            IssuerDownError: nobody can tell.
        """
        if len(token) > LONGEST_TOKEN:
            raise RefusedTokenError("the token is too long")
        key = await self._key(_kid(token))
        try:
            payload = jws.deserialize_compact(token, key, algorithms=ALGORITHMS).payload
            claims = read_json(payload)
        except (JoseError, UnfitJsonError, ValueError, TypeError):
            raise RefusedTokenError("the token's signature does not hold") from None
        if not isinstance(claims, dict):
            raise RefusedTokenError("the token holds no claims")
        self._check(claims)
        return claims

    async def endpoint(self, name: str) -> str:
        """An address of the issuer, as its discovery document tells it, such as `token_endpoint`.

        Raises:
            IssuerDownError: it tells none.
        """
        found = await self._get(f"{self.url.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.url:
            raise IssuerDownError(f"the issuer calls itself otherwise: set LIENTHONG_ISSUER to what {name} says")
        if not isinstance(address := found.get(name), str) or not is_confidential(address):
            raise IssuerDownError(f"the issuer tells no {name} that is reached by https")
        return address

    def _check(self, claims: Mapping[str, Any]) -> None:
        now = self._now()
        if claims.get("iss") != self.url:
            raise RefusedTokenError("the token is of another issuer")
        if not _is_number(claims.get("exp")) or claims["exp"] + LEEWAY <= now:
            raise RefusedTokenError("the token has expired; get a new one")
        if not _is_number(claims.get("nbf", 0)) or claims.get("nbf", 0) - LEEWAY > now:
            raise RefusedTokenError("the token does not count yet")
        if claims.get("typ", "Bearer") != "Bearer" or "nonce" in claims or "at_hash" in claims:
            raise RefusedTokenError("this is no access token; an identity token opens nothing")
        aud = claims.get("aud")
        named = {name for name in (*(aud if isinstance(aud, list) else [aud]), claims.get("azp")) if _is_text(name)}
        if not named & self._audience:
            raise RefusedTokenError("the token is for somebody else: neither aud nor azp names us")

    async def _key(self, kid: str) -> RSAKey | ECKey | OKPKey:
        if kid not in self._keys or self._age() > FRESH:
            await self._renew(kid)
        if self._age() > OLDEST:
            raise IssuerDownError("the issuer does not tell its keys")
        if kid not in self._keys:
            raise RefusedTokenError("the issuer has no such key")
        return self._keys[kid]

    def _age(self) -> float:
        return float("inf") if self._told is None else self._steady() - self._told

    async def _renew(self, kid: str) -> None:
        """Ask for the keys, unless somebody did just now."""
        async with self._asking:
            if kid in self._keys and self._age() <= FRESH:
                return
            if self._asked is not None and self._steady() - self._asked < ASK_AGAIN:
                return
            self._asked = self._steady()
            try:
                self._keys = _usable(await self._get(await self.endpoint("jwks_uri")))
                self._told = self._steady()
            except IssuerDownError as error:
                log.warning("issuer.unavailable", error=str(error))

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = await self._client.get(address, timeout=PATIENCE, follow_redirects=False)
        except httpx.HTTPError as error:
            raise IssuerDownError(f"the issuer does not answer: {type(error).__name__}") from None
        if answer.status_code != httpx.codes.OK or len(answer.content) > LARGEST_ANSWER:
            raise IssuerDownError(f"the issuer answers {answer.status_code} with {len(answer.content)} bytes")
        try:
            found = read_json(answer.content)
        except UnfitJsonError as error:
            raise IssuerDownError(f"what the issuer answers {error}") from None
        if not isinstance(found, dict):
            raise IssuerDownError("what the issuer answers is no JSON object")
        return found


def is_confidential(address: str) -> bool:
    """Tell whether what is sent to this address can not be read or changed on the way: https, or this machine."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return (url.scheme == "https" and bool(url.host)) or (
        url.scheme == "http" and url.host in ("127.0.0.1", "::1", "localhost")
    )


def _kid(token: str) -> str:
    try:
        header = jws.extract_compact(token.encode("ascii")).protected
    except (JoseError, ValueError, TypeError):
        raise RefusedTokenError("this is no signed token (JWT)") from None
    if header.get("alg") not in ALGORITHMS:
        raise RefusedTokenError(f"the token is not signed by one of {', '.join(ALGORITHMS)}")
    if not _is_text(kid := header.get("kid")):
        raise RefusedTokenError("the token does not say which key signed it (kid)")
    return str(kid)


def _usable(found: Mapping[str, Any]) -> dict[str, RSAKey | ECKey | OKPKey]:
    """The keys that sign, by their ids. An issuer's set also holds keys for encryption, and kinds nobody knows."""
    usable: dict[str, RSAKey | ECKey | OKPKey] = {}
    for told in found.get("keys", ()) if isinstance(found.get("keys"), list) else ():
        if not isinstance(told, dict) or not _is_text(told.get("kid")) or told.get("use", "sig") != "sig":
            continue
        try:
            key = import_key({name: value for name, value in told.items() if name not in ("key_ops", "use")})
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey):
            usable[told["kid"]] = key
    return usable


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255  # noqa: PLR2004 - as OpenID Connect bounds a subject
