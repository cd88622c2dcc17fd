"""A small OpenID Connect issuer for development and tests: anybody on this machine may be anybody.

It has what a real one has as far as services and clients need it: discovery, keys, tokens for programs (client
credentials) and for people (authorization code with PKCE, after a page that asks for no password). In production take a
real issuer, such as Keycloak.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from joserfc import jwt

from chassis.runtime import clock
from tools.operations.issuer_book import IssuerBook, Person

TOKEN_SECONDS = 300
"""Life of a token: short enough that who is removed is soon out, long enough for a visit."""

CODE_SECONDS = 60
"""Life of what the login page hands to a web application."""

MOST_CODES = 1_000
"""Codes that wait to be exchanged; the oldest are forgotten first."""

AUDIENCE = "lienthong"
WEB = "web"
"""The public client that web applications on this machine use; it has no secret, so it proves itself by PKCE."""

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' http://127.0.0.1:* http://localhost:*"


@dataclass
class _Code:
    person: Person
    challenge: str
    redirect: str
    until: float


@dataclass
class DevelopmentIssuer:
    """Grants tokens.

    Attributes:
        url: as tokens say it.
        book: keys and secrets.
        people: who can be asked for, by name.
        now: seconds since 1970.
    """

    url: str
    book: IssuerBook
    people: Mapping[str, Person]
    now: Callable[[], float] = lambda: clock.now().timestamp()
    codes: dict[str, _Code] = field(default_factory=dict)

    def token(self, person: Person, **claims: Any) -> str:
        """An access token; `claims` say otherwise than usual."""
        now, key = int(self.now()), self.book.keys[0]
        told = {
            "iss": self.url,
            "sub": person.name,
            "aud": AUDIENCE,
            "azp": person.name,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": secrets.token_hex(8),
            **person.claims,
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}, told, key)

    def by_secret(self, name: str, secret: str) -> Person | None:
        """The program that knows this secret."""
        wanted = self.book.secrets.get(name, "")
        fits = hmac.compare_digest(wanted.encode(), secret.encode())
        return self.people.get(name) if fits and wanted else None

    def hand_code(self, person: Person, challenge: str, redirect: str) -> str:
        """A code that a web application exchanges for a token, once."""
        code = secrets.token_urlsafe(24)
        self.codes[code] = _Code(person, challenge, redirect, self.now() + CODE_SECONDS)
        while len(self.codes) > MOST_CODES:
            del self.codes[next(iter(self.codes))]
        return code

    def by_code(self, code: str, verifier: str, redirect: str) -> Person | None:
        """Who logged in, if the code is one of ours, of now, and of who asks."""
        kept = self.codes.pop(code, None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if kept is None or kept.until < self.now() or kept.redirect != redirect:
            return None
        return kept.person if hmac.compare_digest(kept.challenge, proof) else None


def make_issuer_api(issuer: DevelopmentIssuer) -> FastAPI:
    """The issuer's HTTP side."""
    api = FastAPI(title="Liên Thông: development issuer", docs_url=None, redoc_url=None, openapi_url=None)

    @api.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return {
            "issuer": issuer.url,
            "jwks_uri": f"{issuer.url}/jwks",
            "token_endpoint": f"{issuer.url}/token",
            "authorization_endpoint": f"{issuer.url}/authorize",
            "response_types_supported": ["code"],
            "grant_types_supported": ["client_credentials", "authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    @api.get("/jwks")
    async def keys() -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in issuer.book.keys]}

    @api.post("/token")
    async def token(request: Request) -> Response:
        return _granted(issuer, _form(await request.body()), request.headers.get("authorization", ""))

    @api.get("/authorize")
    async def login(request: Request) -> Response:
        return _page(issuer, dict(request.query_params))

    @api.post("/authorize")
    async def logged_in(request: Request) -> Response:
        asked = _form(await request.body())
        person = issuer.people.get(asked.get("person", ""))
        if (flaw := _flaw(asked)) or person is None:
            return HTMLResponse(escape(flaw or "no such person"), 400, HEADERS)
        redirect = asked["redirect_uri"]
        code = issuer.hand_code(person, asked["code_challenge"], redirect)
        answer = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{redirect}?{answer}", 303, HEADERS)

    return api


def _granted(issuer: DevelopmentIssuer, asked: Mapping[str, str], authorization: str) -> Response:
    match asked.get("grant_type"):
        case "client_credentials":
            person = issuer.by_secret(*_basic(authorization))
        case "authorization_code":
            redirect = asked.get("redirect_uri", "")
            person = issuer.by_code(asked.get("code", ""), asked.get("code_verifier", ""), redirect)
        case _:
            return JSONResponse({"error": "unsupported_grant_type"}, 400, HEADERS)
    if person is None:
        return JSONResponse({"error": "invalid_client"}, 401, HEADERS)
    granted = {"access_token": issuer.token(person), "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
    return JSONResponse(granted, headers=HEADERS)


def _basic(authorization: str) -> tuple[str, str]:
    """Name and secret of HTTP's basic scheme; empty where there is none."""
    scheme, _, given = authorization.partition(" ")
    try:
        name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (name, secret) if scheme.lower() == "basic" else ("", "")


def _form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _flaw(asked: Mapping[str, str]) -> str:
    """What is wrong with a request to log in; empty if nothing is."""
    if asked.get("client_id") != WEB or asked.get("response_type") != "code":
        return f"ask for client_id={WEB} and response_type=code"
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        return "prove yourself by PKCE, with code_challenge_method=S256"
    if urlsplit(asked.get("redirect_uri", "")).hostname not in ("127.0.0.1", "localhost"):
        return "redirect_uri has to be on this machine"
    return ""


def _page(issuer: DevelopmentIssuer, asked: Mapping[str, str]) -> Response:
    """The login page: a button for everybody. Who is chosen is believed, so it belongs on a desk."""
    if flaw := _flaw(asked):
        return HTMLResponse(escape(flaw), 400, HEADERS)
    hidden = "".join(
        f'<input type="hidden" name="{escape(name, quote=True)}" value="{escape(value, quote=True)}">'
        for name, value in asked.items()
    )
    buttons = "".join(
        f'<li><button name="person" value="{escape(person.name, quote=True)}">{escape(person.label)} '
        f"<small>({escape(person.claims['lt_role'])})</small></button></li>"
        for person in issuer.people.values()
        if person.claims["lt_role"] != "service"
    )
    page = (
        '<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>Đăng nhập thử nghiệm</title>'
        "<h1>Đăng nhập thử nghiệm</h1><p>Chọn người sử dụng. Không có mật khẩu: chỉ dùng để phát triển.</p>"
        f'<form method="post">{hidden}<ul>{buttons}</ul></form></html>'
    )
    return HTMLResponse(page, headers=HEADERS | {"Content-Security-Policy": POLICY})
