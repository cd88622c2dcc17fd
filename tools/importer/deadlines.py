"""When a case of a log is due: as the log says, else by its procedure's limit."""

from datetime import UTC, datetime
from pathlib import Path

from domain.procedures import Procedure, load_catalogue
from domain.rules import RuleSets, load_rule_sets
from domain.worktime import ZONE, Calendar, Limit, due_at, load_calendar
from tools.importer.errors import ImportFailed
from tools.importer.mapping import Mapping
from tools.importer.times import Times

_THAT_DAY = Limit.parse("same-day")


class Deadlines:
    """Works out deadlines by the product's own calendar and catalogue.

    Args:
        mapping: of the log.
        calendar: the calendar file; without one, the shipped calendar.
        rules: the file of rule sets; without one, the shipped ones.

    Raises:
        ImportFailed: the mapping wants the limit of a procedure that the catalogue does not have.
    """

    def __init__(self, mapping: Mapping, calendar: Path | None = None, rules: Path | None = None) -> None:
        self._calendar: Calendar = load_calendar(calendar)
        self._rule_sets: RuleSets = load_rule_sets(rules)
        self._times = Times(mapping.time_format, mapping.default_zone, mapping.zones)
        self._limit: Limit | None = None
        if mapping.deadline == "from-procedure":
            self._limit = _procedure(mapping.procedure).limit

    @property
    def basis(self) -> str:
        """All that dates follow from, as text: with another one the same log would give other claims."""
        return f"{self._calendar} {self._limit}"

    def given(self, text: str) -> datetime:
        """The deadline that a log gives, in UTC.

        A date alone counts the whole day, as the product's own dates do: to the closing of the offices, on the clock of
        the mapping's zone; a day on which none is open ends with the next one that is (Civil Code 2015 Art. 148).

        Raises:
            TimeUnusable, ZoneUnknown: as `Times.parse`.
        """
        moment, day = self._times.parse(text), self._times.day(text)
        if day is None:
            return moment
        closing = due_at(self._calendar, datetime(day.year, day.month, day.day, tzinfo=ZONE), _THAT_DAY)
        return closing.replace(tzinfo=self._times.local(moment).tzinfo).astimezone(UTC)

    def by_procedure(self, start: datetime) -> datetime | None:
        """The deadline by the procedure's limit of a case that started then; None where the mapping wants none."""
        if self._limit is None:
            return None
        late_from = self._rule_sets.on(start).late_from
        return due_at(self._calendar, start, self._limit, late_from).astimezone(UTC)


def _procedure(code: str) -> Procedure:
    found = load_catalogue().get(code)
    if found is None:
        raise ImportFailed(
            f"mapping: procedure {code!r} is not in the catalogue, so it has no limit: correct it, or take "
            "deadline: none (`lienthong procedures check` reads the catalogue)"
        )
    return found
