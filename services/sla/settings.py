"""Sla's own settings."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SlaSettings(BaseSettings):
    """Choices that no rule set makes. Every field is the variable LIENTHONG_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="LIENTHONG_", extra="ignore")

    in_transit: Literal["receiver", "sender"] = Field(
        default="receiver", description="Who answers for a dossier between its hand-over and the acknowledgement"
    )
