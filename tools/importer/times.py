"""Timestamps as logs write them."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from tools.importer.report import Kind

FIRST_YEAR, LAST_YEAR = 1901, 2150
"""A time outside is a slip of the pen. Records have the years 1900 to 2199: what is reckoned from a time has room."""

_DIRECTIVE = re.compile(r"%[-_0^#]?.")
_YEARS = ("%Y", "%y", "%G", "%c", "%x")
_HOURS = ("%H", "%I", "%c", "%X")
_ZONE_IN_WORDS = re.compile(r"(?<![A-Za-z])(?!T\b)[A-Z]{1,5}(?![A-Za-z])|[+-]\d\d:?\d\d|[A-Za-z]+/[A-Za-z]+")
"""Words that a format must not have: a zone that `strptime` would read over."""

_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]*")
_EVERYWHERE_THE_SAME = frozenset({"UTC", "GMT", "Z"})


class TimeUnusable(ValueError):  # noqa: N818 - names the time's state
    """A text is no moment; `kind` says why not."""

    def __init__(self, kind: Kind, text: str) -> None:
        super().__init__(f"{text[:60]!r}")
        self.kind = kind


class ZoneUnknown(ValueError):  # noqa: N818 - names the zone's state
    """A text names a zone that nobody explained; the message is the name."""


def check_format(form: str) -> None:
    """Refuse a format by which moments can not be read.

    Raises:
        ValueError: it is no format, knows no year, or holds a zone in its own words.
    """
    try:
        datetime.strptime("", form)  # noqa: DTZ007 - nothing is read
    except re.error as repeated:
        raise ValueError("gives one part of the time twice") from repeated
    except ValueError as mismatch:
        if "does not match" not in str(mismatch):
            raise ValueError(f"no format of strptime: {mismatch}") from mismatch
    if not any(year in form for year in _YEARS):
        raise ValueError("has no year: write %Y")
    if words := _ZONE_IN_WORDS.search(_DIRECTIVE.sub(" ", form)):
        raise ValueError(f"holds the zone {words[0]!r} as mere text: write %Z for a name, %z for an offset")


class Times:
    """Reads timestamps.

    Args:
        form: as for `strptime`; empty: ISO 8601. `%Z` reads UTC, GMT, a name such as Asia/Ho_Chi_Minh, or one of
            `zones`, and that zone counts.
        zone: name of the zone of timestamps without one; empty: there is none, such a timestamp is unusable.
        zones: what abbreviations in timestamps mean, for example ICT: Asia/Ho_Chi_Minh.
    """

    def __init__(self, form: str = "", zone: str = "", zones: Mapping[str, str] | None = None) -> None:
        self._form = form
        self._zone = ZoneInfo(zone) if zone else None
        self._zones = {name: ZoneInfo(meant) for name, meant in (zones or {}).items()}
        self.names_zones = "%Z" in form.replace("%%", "")

    def parse(self, text: str) -> datetime:
        """The moment, in UTC.

        Raises:
            TimeUnusable: it can not be read, has no zone, or lies absurdly far away.
            ZoneUnknown: it names a zone that nobody explained.
        """
        read = self._read(text)
        if read.tzinfo is None:
            if self._zone is None:
                raise TimeUnusable(Kind.TIME_WITHOUT_ZONE, text)
            read = read.replace(tzinfo=self._zone)
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise TimeUnusable(Kind.UNREADABLE_TIME, text)
        return read.astimezone(UTC)

    def day(self, text: str) -> date | None:
        """The day, where a readable text gives no time of day; else None."""
        if self._form:
            return None if any(hour in self._form for hour in _HOURS) else self._read(text).date()
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None

    def local(self, moment: datetime) -> datetime:
        """The same moment on the clock of the zone of timestamps without one."""
        return moment.astimezone(self._zone or UTC)

    def _read(self, text: str) -> datetime:
        try:
            if self.names_zones:
                return self._with_named_zone(text)
            if self._form:
                return datetime.strptime(text, self._form)  # noqa: DTZ007 - `parse` sees to the zone
            return datetime.fromisoformat(text)
        except ZoneUnknown:
            raise
        except (ValueError, OverflowError) as unreadable:
            raise TimeUnusable(Kind.UNREADABLE_TIME, text) from unreadable

    def _with_named_zone(self, text: str) -> datetime:
        """`strptime` takes few names for `%Z` and forgets which: the name is found here, and UTC stands in for it."""
        for found in reversed(list(_ZONE_NAME.finditer(text))):
            try:
                read = datetime.strptime(f"{text[: found.start()]}UTC{text[found.end() :]}", self._form)  # noqa: DTZ007
            except ValueError:
                continue
            zone = self._zones.get(found[0]) or _zone_called(found[0])
            if read.utcoffset() is not None and "%z" in self._form:
                return read
            if zone is None:
                raise ZoneUnknown(found[0][:60])
            return read.replace(tzinfo=zone)
        raise ValueError("no zone where the format has one")


@lru_cache(maxsize=256)
def _zone_called(name: str) -> ZoneInfo | None:
    """The zone of a name that means one thing: CET, EST and the like mean another one elsewhere or in summer."""
    if name.upper() in _EVERYWHERE_THE_SAME:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(name) if "/" in name else None
    except (KeyError, ValueError, OSError):
        return None
