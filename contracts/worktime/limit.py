import re
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.worktime.errors import LimitError

Unit = Literal["working-hours", "working-days", "calendar-days", "months"]

_LONGEST = 10_000
_SHORT: dict[str, Unit] = {"wh": "working-hours", "wd": "working-days", "d": "calendar-days", "m": "months"}
_UNITS: dict[str, Unit] = _SHORT | {unit: unit for unit in get_args(Unit)} | {u[:-1]: u for u in get_args(Unit)}
_FORM = re.compile(r"\s*(\d{1,6})\s*([a-z-]+)\s*", re.ASCII)


class Limit(BaseModel):
    """How long something may take, in the units that procedures use.

    Accepts its own text wherever a model has a limit, so YAML files say `limit: 3 working-days`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: int = Field(gt=0, le=_LONGEST, description="how many units, from 1 to 10000")
    unit: Unit = Field(description="working hours, working days (of one standard day's hours), calendar days or months")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `3 working-days`, `1 working-day` or a short form: 8wh, 3wd, 10d, 2m.

        Raises:
            LimitError: the text has no such form, its unit is unknown or its value is not from 1 to 10000.
        """
        return cls(**_parts(text))

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, given: Any) -> Any:
        return _parts(given) if isinstance(given, str) else given

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def _parts(text: str) -> dict[str, Any]:
    form = _FORM.fullmatch(text)
    unit = _UNITS.get(form[2]) if form else None
    if form is None or unit is None:
        raise LimitError(f"{text!r} is no time limit: write e.g. 3 working-days, 8 working-hours, 10 calendar-days, 2m")
    if not 1 <= int(form[1]) <= _LONGEST:
        raise LimitError(f"{text!r} is out of range: give a value from 1 to {_LONGEST}")
    return {"value": int(form[1]), "unit": unit}
