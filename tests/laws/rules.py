"""The shipped calendar and rule sets, by which the laws judge."""

from datetime import datetime, timedelta
from functools import cache

from domain.rules import load_rule_sets
from domain.worktime import Calendar, load_calendar, worked
from services.routing import rules as routing_rules


@cache
def calendar() -> Calendar:
    """The calendar that everybody goes by."""
    return load_calendar(None)


@cache
def routing() -> routing_rules.Rules:
    """The rules that routing goes by."""
    return routing_rules.Rules(calendar())


def tolerates(received_at: datetime, occurred_at: datetime, told_at: datetime) -> bool:
    """Whether routing believes a report of this moment that was made at that one, of a dossier received then."""
    return routing().tolerates(received_at, occurred_at, told_at)


def tolerance(received_at: datetime) -> timedelta:
    """How late a report on a dossier received then may come, in working time."""
    return worked(load_rule_sets().on(received_at).late_reports.value, calendar())
