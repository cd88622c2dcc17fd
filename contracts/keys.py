"""Keys (khóa công khai của cơ quan): which agency signs with which key, from when until when.

The root says so, offline: each statement carries its signature (`proof`), made with a key that no running process has.
So whoever may write to the topic still can not give himself a key.
"""

import json
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from contracts.envelope import AnyEvent, Code, Payload, new_event
from contracts.moments import Instant

ROOT = "/root"
"""The source of statements about keys; what proves them is their signature."""

PublicKey = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]
"""An Ed25519 public key (RFC 8032): 32 bytes, in BASE64URL without padding."""


class AgencyKey(Payload):
    """`agency.key`: the root says that an agency signs with this key (đăng ký khóa), or until when, or no more.

    The event's `subject` and `correlationid` are the agency's code. Of several statements about one key the first says
    whose it is and since when; each may end it earlier, none makes it live longer. A statement counts for records that
    the bus took in more than a second after it, by the broker's timestamps.

    `proof` is a detached JWS (RFC 7515 and 7797, `typ` lt-key+jws, `aud` the cluster) by the root over the other fields
    as one JSON object in the canonical form of RFC 8785: names sorted, no white space, what is not there left out, and
    each moment in UTC, as `2026-12-01T01:30:00Z`, with six digits of a second where it has any.
    """

    TYPE: ClassVar[str] = "agency.key"
    agency: Code = Field(description="Whose key it is, for example H29.13")
    kid: Code = Field(description="Names the key; ours are thumbprints (RFC 7638)")
    public_key: PublicKey = Field(description="Ed25519, 32 bytes in BASE64URL without padding")
    valid_from: Instant = Field(description="The key counts from here on, and not before this statement does")
    valid_until: Instant = Field(description="The key does not count from here on")
    revoked_at: Instant | None = Field(default=None, description="Thu hồi: does not count from here on, whatever else")
    proof: str = Field(min_length=1, max_length=1000, description="The root's signature of the fields before it")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until <= self.valid_from:
            raise ValueError("valid_until has to lie after valid_from")
        return self

    @property
    def statement(self) -> bytes:
        """The bytes that the root signs: see above."""
        return statement(
            self.agency, self.kid, self.public_key, self.valid_from, self.valid_until, revoked_at=self.revoked_at
        )


def statement(
    agency: str,
    kid: str,
    public_key: str,
    valid_from: datetime,
    valid_until: datetime,
    *,
    revoked_at: datetime | None = None,
) -> bytes:
    """The bytes that the root signs to say this; moments with a zone. See `AgencyKey`."""
    moments = {"valid_from": valid_from, "valid_until": valid_until, "revoked_at": revoked_at}
    told = {"agency": agency, "kid": kid, "public_key": public_key}
    told |= {name: _written(at) for name, at in moments.items() if at is not None}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def key_event(data: AgencyKey, at: datetime) -> AnyEvent:
    """The event that publishes a statement; said again, it is the same event."""
    return new_event(
        data,
        source=ROOT,
        subject=data.agency,
        time=at,
        correlationid=data.agency,
        unique=(data.kid, data.valid_from, data.valid_until, data.revoked_at or ""),
    )


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
