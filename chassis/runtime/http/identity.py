"""Who asks: one role, and the agency, unit and officer that the token names (danh tính và vai trò)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Role = Literal["citizen", "counter", "portal", "payment", "agency", "leader", "operator", "auditor", "service"]
"""Công dân, cán bộ một cửa, cổng dịch vụ công, thanh toán, cơ quan, lãnh đạo, vận hành, thanh tra, dịch vụ nội bộ."""

ROLES: tuple[Role, ...] = get_args(Role)

LONGEST_NAME = 255
"""Characters of a name in a token; OpenID Connect gives a subject no more. Longer ones are refused, so that what is
recorded of a caller stays small."""


@dataclass(frozen=True)
class Identity:
    """Who asks, as the issuer says.

    Attributes:
        role: what it may do.
        subject: the issuer's own name for it; no person's name.
        agency: code of the agency that it speaks for; empty where the role has none.
        unit: code of the one-stop unit (Bộ phận Một cửa) that it works at; empty where the role has none.
        officer: service code of the officer; empty for programs.
    """

    role: Role
    subject: str
    agency: str = ""
    unit: str = ""
    officer: str = ""


class UnfitTokenError(ValueError):
    """A valid token says nothing that this product can go by. The text says which claim to mend, never its value."""


@dataclass(frozen=True)
class Naming:
    """How an issuer names roles.

    Attributes:
        claim: where they stand: the name of a claim, or a path with dots, such as `realm_access.roles` of Keycloak.
        roles: our role by the issuer's own word; a role that it calls as we do needs no entry.
    """

    claim: str = "lt_role"
    roles: Mapping[str, str] | None = None


def identity_of(claims: Mapping[str, Any], naming: Naming) -> Identity:
    """The identity that a token's claims tell.

    Raises:
        UnfitTokenError: they name no role, several roles, or a role without the agency or unit that it needs.
    """
    role = _role(claims, naming)
    identity = Identity(
        role=role,
        subject=_text(claims, "sub"),
        agency=_text(claims, "lt_agency"),
        unit=_text(claims, "lt_unit"),
        officer=_text(claims, "lt_officer"),
    )
    if not identity.subject:
        raise UnfitTokenError("the token names no subject (sub)")
    if role == "agency" and not identity.agency:
        raise UnfitTokenError("the token of an agency has to name it: add the claim lt_agency")
    if role == "counter" and not identity.unit:
        raise UnfitTokenError("the token of a counter has to name its one-stop unit: add the claim lt_unit")
    return identity


def _role(claims: Mapping[str, Any], naming: Naming) -> Role:
    """The one role of ours; an issuer may tell others beside it, which mean nothing here."""
    value: Any = claims
    for name in naming.claim.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    told = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    known = naming.roles or {}
    named = {known.get(word, word) for word in told if isinstance(word, str)}
    found = [role for role in ROLES if role in named]
    if not found:
        raise UnfitTokenError(f"the token tells no role of Liên Thông in {naming.claim}: {', '.join(ROLES)}")
    if len(found) > 1:
        raise UnfitTokenError(f"the token tells several roles in {naming.claim}: {', '.join(found)}; ask for one")
    return found[0]


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST_NAME:
        raise UnfitTokenError(f"{name} of the token is no text of at most {LONGEST_NAME} characters")
    return value
