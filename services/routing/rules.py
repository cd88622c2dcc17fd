"""What routing judges by."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.procedures import load_directory
from domain.rules import RuleSet, RuleSets, load_rule_sets
from domain.rules.late import counts_from, tolerance
from domain.worktime import Calendar, Limit, between, due_at, shift
from services.routing.dossier import Report

NONE = timedelta()


def _shipped_agencies() -> AbstractSet[str]:
    return load_directory().agencies.keys()


@dataclass(frozen=True)
class Rules:
    """Settings of routing. Answers follow from them; what was answered stays as it was said, whatever they become.

    Attributes:
        calendar: working hours and days off, for step deadlines and for the tolerance.
        rule_sets: how late a report may come and still count from when it happened, by the day of receipt.
        patience: how long an early report waits at least for what it follows from: its dossier, the step before, a
            payment. They travel on different topics or partitions, so either may be first, and Kafka's Java producer
            goes on trying for two minutes (`delivery.timeout.ms`). Shorter, and what is under way comes after the
            answer; longer, and who mistook a code hears of it late.
        agencies: codes of the directory; a dossier is handed to nobody else.
    """

    calendar: Calendar
    rule_sets: RuleSets = field(default_factory=load_rule_sets)
    patience: timedelta = field(default=timedelta(minutes=2))
    agencies: AbstractSet[str] = field(default_factory=_shipped_agencies)

    def tolerates(self, received_at: datetime, occurred_at: datetime, told_at: datetime) -> bool:
        """Whether a report of this moment came soon enough to be believed."""
        return between(self.calendar, occurred_at, told_at) <= tolerance(self._on(received_at), self.calendar)

    def counts_from(self, received_at: datetime, report: Report) -> datetime:
        """The moment that a report tells of, as far as it is believed.

        Lateness is measured by the stamp of the bus, which no sender writes; what is older than the tolerance counts
        from the earliest moment that it allows. Without a stamp it is measured by the report's own time, and what is
        older counts from that.
        """
        claimed = report.claimed_at
        if report.heard is None:
            believed = claimed == report.told_at or self.tolerates(received_at, claimed, report.told_at)
            return claimed if believed else report.told_at
        return counts_from(self._on(received_at), self.calendar, claimed, report.heard)

    def waits_until(self, received_at: datetime, report: Report, patience: timedelta) -> datetime:
        """Until when an early report waits for what it follows from.

        As long as it was under way itself: an outage that held it back may have held that back as long. But no longer
        than the tolerance, after which that would not count from when it happened either.
        """
        assert report.heard is not None  # noqa: S101 - what has no stamp does not wait
        late = tolerance(self._on(received_at), self.calendar)
        longest = max(patience, shift(self.calendar, report.heard, late) - report.heard)
        return report.heard + min(max(patience, report.heard - report.told_at), longest)

    def is_too_far(self, received_at: datetime, report: Report, target: datetime) -> bool:
        """Whether a target lies further ahead of its report than is a plan."""
        told = report.heard or report.told_at
        return target > due_at(self.calendar, told, self._on(received_at).furthest_target.value)

    def is_too_long(self, received_at: datetime, report: Report, limit: Limit) -> bool:
        """Whether a limit is longer than may be given for an opinion."""
        told, longest = report.heard or report.told_at, self._on(received_at).longest_opinion.value
        return due_at(self.calendar, told, limit) > due_at(self.calendar, told, longest)

    def _on(self, received_at: datetime) -> RuleSet:
        return self.rule_sets.on(received_at)
