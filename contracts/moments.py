"""Moments and days as records have them: RFC 3339 text, and nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

DATE = "(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
OFFSET = "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"

INSTANT_PATTERN = f"^{DATE}[Tt]{TIME}{OFFSET}$"
"""`date-time` of RFC 3339 (5.6) in the years 1900 to 2199, with at most nine digits of a second.

A year beyond is a slip of a machine, and what is reckoned from it leaves the calendar. A leap second (`:60`) is
refused: a moment is kept as seconds since 1970, which have none. It is said as a pattern because validators differ
about the format: some take a space for the T, some an offset without a colon, some look at no format at all.
"""

DAY_PATTERN = f"^{DATE}$"
"""`full-date` of RFC 3339, in the same years."""

PATTERNS = {"date-time": INSTANT_PATTERN, "date": DAY_PATTERN}
"""The pattern of each format of ours, by its name in JSON Schema."""


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


class _Written:
    """How a value is written in a record: as its pattern says where reading is strict, else as pydantic allows.

    Args:
        kind: of value, as pydantic calls it.
        pattern: of the text.
        read: makes the value of a text that matches.
        example: for who wrote it otherwise.
    """

    def __init__(
        self, kind: Literal["datetime", "date"], pattern: str, read: Callable[[str], date], example: str
    ) -> None:
        self._kind = kind
        self._pattern = pattern
        self._read = read
        self._message = f"Input should be text like {example} (RFC 3339), in the years 1900 to 2199"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        lax = handler(source)
        text = core_schema.str_schema(pattern=self._pattern, strict=True)
        read = core_schema.no_info_after_validator_function(self._read, text)
        strict = core_schema.custom_error_schema(read, "rfc3339", custom_error_message=self._message)
        written = core_schema.simple_ser_schema(self._kind)
        return core_schema.json_or_python_schema(
            core_schema.lax_or_strict_schema(lax, strict), lax, serialization=written
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema["python_schema"]), "pattern": self._pattern}


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_in_utc),
    _Written("datetime", INSTANT_PATTERN, _instant, "2026-12-01T08:30:00+07:00, with its offset"),
]
"""A moment with its zone; kept in UTC, cut to the microsecond."""

Day = Annotated[date, _Written("date", DAY_PATTERN, date.fromisoformat, "2026-12-01")]
"""A date of a calendar."""
