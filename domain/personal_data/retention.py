"""The time for which personal data of an applicant is kept (thời hạn lưu trữ), as dated data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.rules.models import Certainty
from domain.worktime import ZONE, DataError
from domain.worktime.document import read_document

_SHIPPED = Path(__file__).with_name("retention.yaml")

Days = Annotated[int, Field(ge=0, le=36_500)]
"""Calendar days of 24 hours. A hundred years at most: more is a mistake in writing."""


class RetentionError(DataError):
    """The file of retention is broken or contradicts itself."""


class Retention(BaseModel):
    """The rule for matters that ended from one day on.

    Attributes:
        ended_from: the first day, in Asia/Ho_Chi_Minh.
        days: how long data is kept after the end.
        basis: the law, as an erasure names it.
        source: where the number of days comes from, and how sure it is (`certainty`).
        procedures: other days, by the procedure's code.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ended_from: date
    days: Days
    basis: str = Field(min_length=1, max_length=300)
    source: str = Field(min_length=1)
    certainty: Certainty
    procedures: Mapping[str, Days]

    def over_at(self, procedure: str, ended_at: datetime) -> datetime:
        """The moment from which nothing is kept any more."""
        return ended_at + timedelta(days=self.procedures.get(procedure, self.days))


@dataclass(frozen=True)
class Retentions:
    """All rules of retention, the oldest first."""

    rules: tuple[Retention, ...]

    def on(self, ended_at: datetime) -> Retention:
        """The rule for what ended at this moment; the oldest one for what is older still."""
        day = ended_at.astimezone(ZONE).date()
        return max((rule for rule in self.rules if rule.ended_from <= day), key=_first_day, default=self.rules[0])


def load_retentions(path: Path | None = None) -> Retentions:
    """Read the rules of retention; without a path, the ones that are shipped.

    Raises:
        RetentionError: naming the file, the place and the remedy.
    """
    return _read(path) if path else _shipped()


@cache
def _shipped() -> Retentions:
    return _read(_SHIPPED)


def _read(path: Path) -> Retentions:
    return Retentions(read_document(path, _File, RetentionError).retention)


def _first_day(rule: Retention) -> date:
    return rule.ended_from


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    retention: tuple[Retention, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for earlier, later in pairwise(self.retention):
            if later.ended_from <= earlier.ended_from:
                raise ValueError(f"{later.ended_from} does not come after {earlier.ended_from}: give the days in order")
        return self
