"""Who may do what: every route says it itself, by `allowed(…)`, and what it says is checked before it runs.

Without an issuer (plain mode, cho phát triển) everybody may do everything, but for what the service token guards.
"""

import hmac
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi import Depends, HTTPException, Request
from fastapi.routing import RouteContext
from pydantic import SecretStr

from chassis.runtime.http.credentials import Credentials, SharedToken
from chassis.runtime.http.identity import Identity, Naming, Role, UnfitTokenError, identity_of
from chassis.runtime.http.issuer import Issuer, IssuerDownError, RefusedTokenError
from chassis.runtime.http.rates import TOO_MANY, Rates, refused_until
from chassis.runtime.http.receipt import HEADER, Receipts, read_secret

REALM = 'Bearer realm="lienthong"'


@dataclass(frozen=True)
class Matter:
    """What a request is about, as far as rights depend on it.

    Attributes:
        subject: id of the submission or the feedback, which a receipt's secret is made for.
        unit: the one-stop unit that took it in.
        agencies: the agencies that it concerns.
    """

    subject: str
    unit: str = ""
    agencies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Access:
    """By what a service knows who asks.

    Attributes:
        issuer: of bearer tokens; None: plain mode.
        naming: how it names roles.
        receipts: secrets of receipts; None: receipts carry none.
        service_token: what services show each other in plain mode; empty: what it guards is closed.
        own: how this service says who it is to others.
        rates: how much each may ask; None: as much as he likes.
    """

    issuer: Issuer | None = None
    naming: Naming = field(default_factory=Naming)
    receipts: Receipts | None = None
    service_token: SecretStr = field(default_factory=lambda: SecretStr(""))
    own: Credentials = field(default_factory=lambda: SharedToken(SecretStr("")))
    rates: Rates | None = None


OPEN = Access()
"""Plain mode, in which nothing is set."""


@dataclass(frozen=True)
class Caller:
    """Who asks, on a route that let him in.

    Attributes:
        plain: nobody has to say who he is.
        identity: from the token, if it has a role of the route.
        shown: the receipt's secret that was shown; empty: none.
        receipts: check it.
    """

    plain: bool = False
    identity: Identity | None = None
    shown: str = ""
    receipts: Receipts | None = None

    def may(self, matter: Matter) -> bool:
        """Tell whether this is the caller's business.

        A receipt opens what it was given for, a counter what its unit took in, an agency what concerns it. Other roles
        of a route see all that the route shows.
        """
        if self.plain or self.holds_receipt_of(matter.subject):
            return True
        match self.identity:
            case None:
                return False
            case Identity(role="counter", unit=unit):
                return unit == matter.unit
            case Identity(role="agency", agency=agency):
                return agency in matter.agencies
            case Identity(role="citizen" | "portal"):
                return False  # they show the receipt: nothing else tells whose a dossier is
            case _:
                return True

    def holds_receipt_of(self, subject: str) -> bool:
        """Tell whether the caller showed the secret that was made for this submission or feedback."""
        return bool(self.shown and self.receipts and self.receipts.opens(self.shown, subject))

    def holder_of(self, subject: str) -> str:
        """The opaque token of who showed the receipt of this subject, for events.

        Raises:
            HTTPException: 404, it is the receipt of something else.
        """
        if self.receipts is None or not self.holds_receipt_of(subject):
            raise HTTPException(404, "the receipt is of something else")
        return self.receipts.holder(self.shown, subject)

    def speaks_for(self, given: str | None, name: Literal["agency", "unit"]) -> str:
        """The agency or unit that the caller speaks for: the token's, never another one that the body names.

        Raises:
            HTTPException: 403, the body names another one; 422, in plain mode, where nobody names one.
        """
        own = getattr(self.identity, name) if self.identity else ""
        if own and given not in (None, own):
            raise forbidden(f"your token is of {own}, and the body names another {name}: leave it out, or name {own}")
        if not own and given is None:
            raise HTTPException(422, f"name the {name}")
        return own or str(given)


class Allowed:
    """The rule of one route: a dependency that lets in whom it names, and refuses everybody else.

    Attributes:
        roles: tokens with one of these roles are let in.
        receipt: so is whoever shows a receipt's secret; the route compares it with what it is about.
        public: so is everybody.
        guarded: in plain mode the service token has to be shown.
    """

    def __init__(self, *roles: Role, receipt: bool = False, public: bool = False, guarded: bool = False) -> None:
        if not (roles or receipt or public):
            raise ValueError("a route that nobody may call: name a role, or a receipt, or say that it is public")
        self.roles = roles
        self.receipt = receipt
        self.public = public
        self.guarded = guarded

    async def __call__(self, request: Request) -> Caller:
        """Who asks.

        Raises:
            HTTPException: 400, 401, 403 or 503 with what to mend.
        """
        access: Access = getattr(request.app.state, "access", OPEN)
        if access.issuer is None:
            if self.guarded:
                _guard(request, access.service_token)
            return Caller(plain=True, receipts=access.receipts)
        shown = _shown(request)
        if self.public and not (self.receipt and shown):
            return Caller(receipts=access.receipts)
        identity = await _identity(request, access, access.issuer)
        if identity is not None and identity.role in self.roles:
            return Caller(identity=identity, shown=shown, receipts=access.receipts)
        if self.receipt and shown:
            return Caller(shown=shown, receipts=access.receipts)
        if identity is None:
            raise unauthorized(f"send a bearer token{f', or the secret of the receipt as {HEADER}' * self.receipt}")
        raise forbidden(
            f"this is for {', '.join(self.roles) or 'who shows a receipt'}; your token says {identity.role}"
        )


def allowed(*roles: Role, receipt: bool = False, public: bool = False, guarded: bool = False) -> Any:
    """Declare who may call a route, as the type of its parameter `caller` or among its dependencies.

    See `Allowed` for what is said.
    """
    return Depends(Allowed(*roles, receipt=receipt, public=public, guarded=guarded))


def rule_of(route: RouteContext) -> Allowed | None:
    """The rule that a route declares; None if it declares none."""
    asked = route.dependant.dependencies if getattr(route, "dependant", None) else []
    found = [one.call for one in asked if isinstance(one.call, Allowed)]
    return found[0] if found else None


def unauthorized(detail: str, error: str = "") -> HTTPException:
    """401: nobody known asks."""
    return HTTPException(401, detail, {"WWW-Authenticate": REALM + (f', error="{error}"' if error else "")})


def forbidden(detail: str) -> HTTPException:
    """403: whoever asks may not."""
    return HTTPException(403, detail, {"WWW-Authenticate": f'{REALM}, error="insufficient_scope"'})


def _guard(request: Request, token: SecretStr) -> None:
    wanted, given = token.get_secret_value(), _only(request, "authorization")
    if not wanted or not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
        raise HTTPException(
            403, "send the service token (LIENTHONG_SERVICE_TOKEN) as bearer: all services have the same"
        )


def _shown(request: Request) -> str:
    shown = _only(request, HEADER)
    if shown and read_secret(shown) is None:
        raise unauthorized(f"{HEADER} is no secret of a receipt: it has 26 letters and digits, as printed")
    return shown


async def _identity(request: Request, access: Access, issuer: Issuer) -> Identity | None:
    given = _only(request, "authorization")
    if not given:
        return None
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthorized("send the token as `Authorization: Bearer …`", "invalid_request")
    try:
        identity = identity_of(await issuer.claims(token.strip()), access.naming)
    except RefusedTokenError as error:
        raise unauthorized(str(error), "invalid_token") from None
    except UnfitTokenError as error:
        raise forbidden(str(error)) from None
    except IssuerDownError:
        text = "who you are can not be judged now, because the issuer of tokens does not answer; ask again later"
        raise HTTPException(503, text, {"Retry-After": "5"}) from None
    if access.rates is not None and (wait := access.rates.wait_for_client(identity)):
        raise HTTPException(429, TOO_MANY, refused_until(wait))
    return identity


def _only(request: Request, name: str) -> str:
    """The one header of this name; empty if there is none."""
    found = request.headers.getlist(name)
    if len(found) > 1:
        raise HTTPException(400, f"send one {name} header, not {len(found)}")
    return found[0] if found else ""
