"""Settings of identity over HTTP, from the environment; without an issuer, nobody has to say who he is."""

import ipaddress
from pathlib import Path

import httpx
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.runtime.bus.secret_files import secret_text
from chassis.runtime.http.access import Access
from chassis.runtime.http.credentials import ClientCredentials, SharedToken
from chassis.runtime.http.identity import ROLES, Naming
from chassis.runtime.http.issuer import Issuer, is_confidential
from chassis.runtime.http.rates import Network, Rates
from chassis.runtime.http.receipt import Receipts
from chassis.runtime.settings import Settings, SettingsError

NOBODY = "none"
"""In place of an issuer: plain mode, also where the environment would otherwise bring an issuer."""


class HttpSettings(BaseSettings):
    """Who is believed over HTTP. Every field is the environment variable LIENTHONG_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="LIENTHONG_", extra="ignore")

    issuer: str = Field(
        default="", description="URL of the OpenID Connect issuer, as tokens say it; empty or none: plain"
    )
    audience: str = Field(default="lienthong", description="Names, with commas; a token has one in `aud` or `azp`")
    role_claim: str = Field(default="lt_role", description="Where tokens tell roles: a claim, or a path with dots")
    role_names: dict[str, str] = Field(default_factory=dict, description="Our role by the issuer's word for it, JSON")
    proxies: str = Field(default="", description="Networks of own proxies, with commas: their X-Forwarded-For counts")
    client_id: str = Field(
        default="", description="Name of this service at the issuer, for what it asks other services"
    )
    client_secret: SecretStr = Field(default=SecretStr(""), description="Secret of that name")
    receipt_key: SecretStr = Field(default=SecretStr(""), description="Key that receipts' secrets are made with")
    receipt_key_file: Path | None = Field(default=None, description="File that holds it, in place of the variable")
    receipt_key_before: SecretStr = Field(default=SecretStr(""), description="Older key whose receipts still count")


def access_of(settings: Settings, http: HttpSettings, client: httpx.AsyncClient) -> Access:
    """By what a service knows who asks.

    Args:
        settings: of the process; the service token stands there.
        http: who is believed.
        client: asks the issuer.

    Raises:
        SettingsError: a setting is unusable; says which and what to set.
    """
    receipts = _receipts(http)
    if http.issuer in ("", NOBODY):
        token = settings.service_token
        return Access(receipts=receipts, service_token=token, own=SharedToken(token))
    if receipts is None:
        raise SettingsError("LIENTHONG_RECEIPT_KEY: with an issuer, citizens need receipts; set `openssl rand -hex 32`")
    issuer = _issuer(http, client)
    return Access(
        issuer=issuer,
        naming=Naming(http.role_claim, _named(http)),
        receipts=receipts,
        service_token=settings.service_token,
        own=ClientCredentials(issuer, client, http.client_id, http.client_secret),
        rates=Rates(proxies=_proxies(http)),
    )


def _receipts(http: HttpSettings) -> Receipts | None:
    key = http.receipt_key.get_secret_value()
    if http.receipt_key_file is not None:
        key = secret_text(http.receipt_key_file, "LIENTHONG_RECEIPT_KEY_FILE").get_secret_value()
    if not key:
        return None
    try:
        return Receipts([one for one in (key, http.receipt_key_before.get_secret_value()) if one])
    except ValueError as error:
        raise SettingsError(f"LIENTHONG_RECEIPT_KEY, LIENTHONG_RECEIPT_KEY_BEFORE: {error}") from None


def _issuer(http: HttpSettings, client: httpx.AsyncClient) -> Issuer:
    if not is_confidential(http.issuer):
        raise SettingsError("LIENTHONG_ISSUER: give an https URL; http is for this machine alone")
    audience = frozenset(name.strip() for name in http.audience.split(",") if name.strip())
    if not audience:
        raise SettingsError("LIENTHONG_AUDIENCE: name at least one audience, such as lienthong")
    return Issuer(http.issuer, audience, client)


def _proxies(http: HttpSettings) -> list[Network]:
    try:
        return [ipaddress.ip_network(part.strip()) for part in http.proxies.split(",") if part.strip()]
    except ValueError:
        raise SettingsError("LIENTHONG_PROXIES: give networks with commas, such as 10.0.0.0/8") from None


def _named(http: HttpSettings) -> dict[str, str]:
    if unknown := sorted(set(http.role_names.values()) - {*ROLES}):
        raise SettingsError(f"LIENTHONG_ROLE_NAMES: {unknown[0]} is no role; take of {', '.join(ROLES)}")
    return http.role_names
