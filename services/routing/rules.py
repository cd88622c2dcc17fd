"""What routing judges by."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.rules import RuleSets, load_rule_sets
from contracts.worktime import Calendar, between, worked


@dataclass(frozen=True)
class Rules:
    """Settings of routing. Answers follow from them; what was answered stays as it was said, whatever they become.

    Attributes:
        calendar: working hours and days off, for step deadlines and for the tolerance.
        rule_sets: how late a report may come and still count from when it happened, by the day of receipt.
        patience: how long a report may come before its dossier; then it is answered with "unknown dossier". The two
            travel on different topics, so either may be first.
    """

    calendar: Calendar
    rule_sets: RuleSets = field(default_factory=load_rule_sets)
    patience: timedelta = field(default=timedelta(minutes=2))

    def tolerates(self, received_at: datetime, occurred_at: datetime, told_at: datetime) -> bool:
        """Whether a report of this moment came soon enough to be believed."""
        tolerance = self.rule_sets.on(received_at).late_reports.value
        return between(self.calendar, occurred_at, told_at) <= worked(tolerance, self.calendar)
