import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.text import Text
from domain.worktime.errors import LimitError

Unit = Literal["working-hours", "working-days", "calendar-days", "months", "same-day"]

_LONGEST = 10_000
"""Units. In months eight centuries: longer is a slip of the pen, and would leave the calendar."""

_SHORT: dict[str, Unit] = {"wh": "working-hours", "wd": "working-days", "d": "calendar-days", "m": "months"}
_SAME_DAY = "same-day"
_COUNTED: dict[Unit, Text] = {
    "working-hours": Text(vi="giờ làm việc", en="working hours"),
    "working-days": Text(vi="ngày làm việc", en="working days"),
    "calendar-days": Text(vi="ngày", en="calendar days"),
    "months": Text(vi="tháng", en="months"),
}
_TODAY = Text(vi="trong ngày", en="the same day")
_TODAYS = (_SAME_DAY, _TODAY.vi, _TODAY.en)


def _names() -> Iterator[tuple[str, Unit]]:
    """Every way in which a unit is written: by programs, in short, and to people of both languages."""
    yield from _SHORT.items()
    for unit in get_args(Unit):
        yield unit, unit
    for unit, words in _COUNTED.items():
        for name in (unit, words.en):
            yield name, unit
            yield name[:-1], unit
        yield words.vi, unit


_UNITS: dict[str, Unit] = dict(_names())
_FORM = re.compile(r"([0-9]{1,6})\s*([^\W\d_][^\d_]*)")


class Limit(BaseModel):
    """How long something may take, in the units that procedures use.

    Accepts its own text wherever a model has a limit, so YAML files say `limit: 3 working-days`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: int = Field(gt=0, le=_LONGEST, description="how many units, from 1 to 10000")
    unit: Unit = Field(
        description="working hours, working days (of one standard day's hours), calendar days, months, or the same day"
    )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `3 working-days`, `1 working-day`, `same-day`, a short form (8wh, 3wd, 10d, 2m), or what is `spelled`.

        Raises:
            LimitError: the text has no such form, its unit is unknown, its value is not from 1 to 10000, or it is more
                than one same day.
        """
        return cls(**_parts(text))

    @property
    def worked(self) -> bool:
        """It is counted through office hours, to the second."""
        return self.unit in ("working-hours", "working-days")

    @property
    def spelled(self) -> Text:
        """As it is told to people: 3 ngày làm việc, 3 working days."""
        if self.unit == _SAME_DAY:
            return _TODAY
        words = _COUNTED[self.unit]
        return Text(vi=f"{self.value} {words.vi}", en=f"{self.value} {words.en if self.value > 1 else words.en[:-1]}")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return _parts(given) if isinstance(given, str) else given

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def _parts(text: str) -> dict[str, Any]:
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if words in _TODAYS:
        return {"value": 1, "unit": _SAME_DAY}
    form = _FORM.fullmatch(words)
    unit = _UNITS.get(form[2]) if form else None
    if form is None or unit is None:
        raise LimitError(f"{text!r} is no time limit: write e.g. 3 working-days, 8 working-hours, 10 calendar-days, 2m")
    if not 1 <= int(form[1]) <= _LONGEST:
        raise LimitError(f"{text!r} is out of range: give a value from 1 to {_LONGEST}")
    if unit == _SAME_DAY and int(form[1]) != 1:
        raise LimitError(f"{text!r}: there is only one same day; write same-day, or a limit in working-days")
    return {"value": int(form[1]), "unit": unit}
