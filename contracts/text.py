from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Told = Annotated[str, Field(max_length=1000)]
"""One line."""


class Text(BaseModel):
    """A wording in the two languages that citizens and foreign investors are served in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: str = Field(min_length=1, description="Vietnamese, the wording that counts")
    en: str = Field(min_length=1, description="English, for information")


class Lines(BaseModel):
    """Something told in several lines, in both languages: line by line they say the same."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    vi: tuple[Told, ...] = Field(default=(), max_length=200, description="Vietnamese, the wording that counts")
    en: tuple[Told, ...] = Field(default=(), max_length=200, description="English, for information")
