import re
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.worktime.errors import LimitError

Unit = Literal["working-hours", "working-days", "calendar-days", "months", "same-day"]

_LONGEST = 10_000
_SHORT: dict[str, Unit] = {"wh": "working-hours", "wd": "working-days", "d": "calendar-days", "m": "months"}
_SAME_DAY = "same-day"
_UNITS: dict[str, Unit] = (
    _SHORT | {unit: unit for unit in get_args(Unit)} | {unit[:-1]: unit for unit in get_args(Unit) if unit != _SAME_DAY}
)
_FORM = re.compile(r"\s*(\d{1,6})\s*([a-z-]+)\s*", re.ASCII)


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
        """Read `3 working-days`, `1 working-day`, `same-day` or a short form: 8wh, 3wd, 10d, 2m.

        Raises:
            LimitError: the text has no such form, its unit is unknown, its value is not from 1 to 10000, or it is more
                than one same day.
        """
        return cls(**_parts(text))

    @property
    def worked(self) -> bool:
        """Whether it is counted through office hours, to the second."""
        return self.unit in ("working-hours", "working-days")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return _parts(given) if isinstance(given, str) else given

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def _parts(text: str) -> dict[str, Any]:
    if text.strip() == _SAME_DAY:
        return {"value": 1, "unit": _SAME_DAY}
    form = _FORM.fullmatch(text)
    unit = _UNITS.get(form[2]) if form else None
    if form is None or unit is None:
        raise LimitError(f"{text!r} is no time limit: write e.g. 3 working-days, 8 working-hours, 10 calendar-days, 2m")
    if not 1 <= int(form[1]) <= _LONGEST:
        raise LimitError(f"{text!r} is out of range: give a value from 1 to {_LONGEST}")
    if unit == _SAME_DAY and int(form[1]) != 1:
        raise LimitError(f"{text!r}: there is only one same day; write same-day, or a limit in working-days")
    return {"value": int(form[1]), "unit": unit}
