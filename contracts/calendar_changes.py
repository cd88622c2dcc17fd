"""Announcements of a keeper of a working calendar: a holiday, a swap, a storm."""

from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.claims import Reason
from contracts.envelope import Code, Payload
from contracts.moments import Day

Hours = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A span of office hours, for example `07:30-11:30`."""


class ChangedDay(BaseModel):
    """One date that is worked otherwise than the calendar said."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    on: Day = Field(description="The date in Asia/Ho_Chi_Minh")
    hours: tuple[Hours, ...] = Field(default=(), max_length=4, description="Hours worked, in order; empty: a day off")
    vi: str = Field(min_length=1, max_length=200, description="What the day is called")
    en: str = Field(min_length=1, max_length=200, description="The same in English")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        moments = [moment for span in self.hours for moment in span.split("-")]
        if moments != sorted(set(moments)):
            raise ValueError(f"the hours of {self.on} are out of order: give morning before afternoon")
        return self


class CalendarChanged(Payload):
    """`calendar.changed`: days are worked otherwise than was known (ngày nghỉ, hoán đổi). One for each open dossier."""

    TYPE: ClassVar[str] = "calendar.changed"
    calendar: Code = Field(description="Name of the calendar; also in `source`: /calendar/<name>")
    days: tuple[ChangedDay, ...] = Field(min_length=1, max_length=100)
    reason: Reason


class CalendarRetracted(Payload):
    """`calendar.retracted`: what was announced does not hold (thu hồi thông báo). One for each dossier told."""

    TYPE: ClassVar[str] = "calendar.retracted"
    calendar: Code = Field(description="Name of the calendar; also in `source`: /calendar/<name>")
    announcement: Code = Field(description="Id of the `calendar.changed` of this dossier that no longer holds")
    reason: Reason
