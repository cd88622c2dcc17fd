"""Categories of feedback (phản ánh, kiến nghị): what a citizen can complain of, and within what time it is answered."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.worktime import DataError, Limit, Text
from domain.worktime.document import read_document

_SHIPPED = Path(__file__).with_name("categories.yaml")


class FeedbackError(DataError):
    """A file of categories is broken or contradicts itself."""


class Category(BaseModel):
    """One category of feedback."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    name: Text = Field(description="the category's name, for the citizen")
    limit: Limit = Field(description="time for the answer")
    source: str = Field(min_length=1, description="where the limit comes from, and how sure it is")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: tuple[Category, ...] = Field(min_length=1)


def load_categories(path: Path | None = None) -> Mapping[str, Category]:
    """Read the categories by code; without a path, the shipped ones.

    Raises:
        FeedbackError: naming the file, the category and the remedy.
    """
    path = path or _SHIPPED
    found: dict[str, Category] = {}
    for category in read_document(path, _File, FeedbackError).categories:
        if category.code in found:
            raise FeedbackError(path.name, category.code, "the code is given twice", "keep the category once")
        found[category.code] = category
    return MappingProxyType(found)
