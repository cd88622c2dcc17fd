"""The rules that routing judges by."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.procedures import load_directory
from domain.rules import RuleSet, RuleSets, load_rule_sets
from domain.rules.late import counts_from, tolerance
from domain.worktime import Calendar, Limit, between, due_at, shift
from services.routing.records import Report

NONE = timedelta()


def _shipped_agencies() -> AbstractSet[str]:
    return load_directory().agencies.keys()


def _shipped_officer_codes() -> Callable[[str], bool]:
    return load_directory().is_officer_code


@dataclass(frozen=True)
class Rules:
    """The data that routing judges by. Given answers stay as they are, whatever becomes of these rules.

    Attributes:
        calendar: working hours and days off, for step deadlines and for the tolerance.
        rule_sets: how late a report may come and still count from when it happened, by the day of receipt.
        patience: the least time that an early report waits for what it follows from: its dossier, the step before, a
            payment. They travel on different topics or partitions, so either may be first, and Kafka's Java producer
            goes on trying for two minutes (`delivery.timeout.ms`). If it is shorter, reports are rejected although
            what makes them right is under way; if it is longer, an agency that mistook a code hears of it late.
        agencies: codes of the directory; a dossier is handed to no other.
        is_officer_code: tells whether a code has the form that the directory declares for officers.
    """

    calendar: Calendar
    rule_sets: RuleSets = field(default_factory=load_rule_sets)
    patience: timedelta = field(default=timedelta(minutes=2))
    agencies: AbstractSet[str] = field(default_factory=_shipped_agencies)
    is_officer_code: Callable[[str], bool] = field(default_factory=_shipped_officer_codes)

    def tolerates(self, received_at: datetime, occurred_at: datetime, told_at: datetime) -> bool:
        """Tell whether a report of this moment came soon enough to be believed."""
        return between(self.calendar, occurred_at, told_at) <= tolerance(self._on(received_at), self.calendar)

    def counts_from(self, received_at: datetime, report: Report) -> datetime:
        """The moment that a report tells of, as far as it is believed.

        Lateness is measured by the broker's timestamp, which no sender writes. What is older than the tolerance counts
        from the earliest moment that the tolerance allows. Without that timestamp, lateness is measured by the report's
        own time, and what is older counts from that.
        """
        claimed = report.claimed_at
        if report.heard is None:
            believed = claimed == report.told_at or self.tolerates(received_at, claimed, report.told_at)
            return claimed if believed else report.told_at
        return counts_from(self._on(received_at), self.calendar, claimed, report.heard)

    def waits_until(self, received_at: datetime, report: Report, patience: timedelta) -> datetime:
        """The moment until which an early report waits for what it follows from.

        It waits as long as it was under way itself, because an outage that held it back may have held that back as
        long. It waits no longer than the tolerance, after which that would not count from when it happened either.
        """
        assert report.heard is not None  # noqa: S101 - a report without a timestamp does not wait
        late = tolerance(self._on(received_at), self.calendar)
        longest = max(patience, shift(self.calendar, report.heard, late) - report.heard)
        return report.heard + min(max(patience, report.heard - report.told_at), longest)

    def is_too_far(self, received_at: datetime, report: Report, target: datetime) -> bool:
        """Tell whether a target lies so far ahead of its report that it is no plan."""
        told = report.heard or report.told_at
        return target > due_at(self.calendar, told, self._on(received_at).furthest_target.value)

    def is_too_long(self, received_at: datetime, report: Report, limit: Limit) -> bool:
        """Tell whether a limit is longer than may be given for an opinion."""
        told, longest = report.heard or report.told_at, self._on(received_at).longest_opinion.value
        return due_at(self.calendar, told, limit) > due_at(self.calendar, told, longest)

    def _on(self, received_at: datetime) -> RuleSet:
        return self.rule_sets.on(received_at)
