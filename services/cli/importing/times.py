"""Timestamps as logs write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.cli.importing.report import Kind

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""A time outside is a slip of the pen; inside, there is room on both sides to reckon in."""


class TimeUnusable(ValueError):  # noqa: N818 - names the time's state
    """A text is no moment; `kind` says why not."""

    def __init__(self, kind: Kind, text: str) -> None:
        super().__init__(f"{text[:60]!r}")
        self.kind = kind


class Times:
    """Reads timestamps.

    Args:
        form: as for `strptime`; empty: ISO 8601.
        zone: name of the zone of timestamps without one; empty: there is none, such a timestamp is unusable.
    """

    def __init__(self, form: str = "", zone: str = "") -> None:
        self._form = form
        self._zone = ZoneInfo(zone) if zone else None

    def parse(self, text: str) -> datetime:
        """The moment, in UTC.

        Raises:
            TimeUnusable: it can not be read, has no zone, or lies absurdly far away.
        """
        read = self._read(text)
        if read.tzinfo is None:
            if self._zone is None:
                raise TimeUnusable(Kind.TIME_WITHOUT_ZONE, text)
            read = read.replace(tzinfo=self._zone)
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise TimeUnusable(Kind.UNREADABLE_TIME, text)
        return read.astimezone(UTC)

    def _read(self, text: str) -> datetime:
        try:
            if self._form:
                return datetime.strptime(text, self._form)  # noqa: DTZ007 - `parse` sees to the zone
            return datetime.fromisoformat(text)
        except ValueError as unreadable:
            raise TimeUnusable(Kind.UNREADABLE_TIME, text) from unreadable
