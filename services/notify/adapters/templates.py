"""The templates, and how they write moments and money.

A template's first line is the subject, its second the short text for a phone, and after a blank line comes the letter.
"""

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.worktime import ZONE

_FOLDER = Path(__file__).parent.parent / "templates"
_BARE_MONTHS = 3
"""Decree 30/2020 writes days below 10 and the months 1 and 2 with a zero, so that none can be put before them."""


def templates() -> Environment:
    """All of them, by ``<language>/<name>.j2``."""
    # Plain text: what is an escape in HTML would be rubbish here.
    found = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(
        moment=_moment,
        moment_en=_moment_en,
        day=_day,
        long_day=_long_day,
        long_day_en=_long_day_en,
        dong=_dong,
        sentence=_sentence,
    )
    return found


def _moment(at: datetime) -> str:
    """As offices write it: ``17:00 ngày 05/01/2026``."""
    return at.astimezone(ZONE).strftime("%H:%M ngày %d/%m/%Y")


def _moment_en(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%H:%M on %d/%m/%Y")


def _day(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%d/%m/%Y")


def _long_day(at: datetime) -> str:
    on = at.astimezone(ZONE)
    month = f"{on.month:02}" if on.month < _BARE_MONTHS else str(on.month)
    return f"ngày {on.day:02} tháng {month} năm {on.year}"


def _long_day_en(at: datetime) -> str:
    on = at.astimezone(ZONE)
    return f"{on.day} {on:%B} {on.year}"


def _sentence(text: str) -> str:
    return f"{text.rstrip(' .;')}."


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")
