"""How far back what is told late counts."""

from datetime import UTC, datetime, timedelta

from domain.rules.models import RuleSet
from domain.worktime import Calendar, between, shift, worked


def tolerance(rules: RuleSet, calendar: Calendar) -> timedelta:
    """How late something may be told and count from when it happened, in working time."""
    return worked(rules.late_reports.value, calendar)


def counts_from(rules: RuleSet, calendar: Calendar, claimed: datetime, taken_in: datetime) -> datetime:
    """The moment that counts: the one that is claimed, or else the earliest that the tolerance allows.

    It is measured by when the bus took it in, which no sender writes. A second too late costs a second, no more.
    """
    late = tolerance(rules, calendar)
    if between(calendar, claimed, taken_in) <= late:
        return claimed
    return shift(calendar, taken_in, -late).astimezone(UTC)
