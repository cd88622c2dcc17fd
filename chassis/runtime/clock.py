"""The only place that reads the wall clock or makes random references."""

import secrets
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC. For edges only: HTTP, the ticker, adapters."""
    return datetime.now(UTC)  # noqa: TID251 - this is the edge


def random_reference() -> str:
    """A reference that tells nothing of what it refers to: 128 random bits, in URL-safe text."""
    return secrets.token_urlsafe(16)
