"""Intake's outside world: the HTTP API, and the vault of personal data behind it."""

from services.intake.adapters.api import make_router
from services.intake.adapters.personal_data import Vault

__all__ = ["Vault", "make_router"]
