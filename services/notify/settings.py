"""Notify's own settings: how mails and text messages leave the house."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotifySettings(BaseSettings):
    """The ways out. Every field is the variable LIENTHONG_<FIELD>; what is not set goes to the mail spool."""

    model_config = SettingsConfigDict(env_prefix="LIENTHONG_", extra="ignore")

    smtp: str = Field(
        default="",
        description="smtp://host:port, or smtps:// or smtp+starttls:// with [user:password@]; empty: the mail spool",
    )
    smtp_sender: str = Field(default="mot-cua@localhost", description="From: one address, or a name <address>")
    sms: str = Field(default="", description="URL of the SMS gateway; empty: the mail spool")
    sms_unaccented: bool = Field(default=False, description="Text messages without diacritics: fewer segments")


def mail_spool(home: Path) -> Path:
    """Name the folder that takes messages where no carrier is set."""
    return home / "outbox"
