"""What routing judges by."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.worktime import Calendar, between


@dataclass(frozen=True)
class Rules:
    """Settings of routing. Where a dossier is follows from them: a change of them folds every dossier anew.

    Attributes:
        calendar: working hours and days off, for step deadlines and for the tolerance.
        patience: how long a report may come before its dossier; then it is answered with "unknown dossier". The two
            travel on different topics, so either may be first.
        tolerance: how late, in working time, an agency may report what it did and have it count from when it did it
            (a design choice: two working days).
    """

    calendar: Calendar
    patience: timedelta = field(default=timedelta(minutes=2))
    tolerance: timedelta = field(default=timedelta(hours=16))

    def tolerates(self, occurred_at: datetime, told_at: datetime) -> bool:
        """Whether a report of this moment came soon enough to be believed."""
        return between(self.calendar, occurred_at, told_at) <= self.tolerance
