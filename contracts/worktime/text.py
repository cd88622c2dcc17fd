from pydantic import BaseModel, ConfigDict, Field


class Text(BaseModel):
    """A wording in the two languages that citizens and foreign investors are served in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: str = Field(min_length=1, description="Vietnamese, the wording that counts")
    en: str = Field(min_length=1, description="English, for information")
