"""The rules that intake judges by."""

from dataclasses import dataclass, field
from datetime import datetime

from contracts.envelope import AnyEvent
from domain.personal_data import Retentions, load_retentions
from domain.procedures import Catalogue, Directory
from domain.rules import RuleSets, load_rule_sets
from domain.rules.late import counts_from
from domain.worktime import Calendar

MAX_A_DAY = 9999
"""Dossiers that one unit can number on one day: the daily number has four digits (TT 01/2018, Art. 19).

A larger number would break the form of the code, which other systems read; a smaller one would refuse citizens.
"""


@dataclass(frozen=True)
class Rules:
    """The data that intake judges by.

    Attributes:
        catalogue: the procedures that can be asked for.
        directory: the agencies, and who plays which role.
        calendar: working hours and days off; the appointment date goes by those of the competent agency.
        rule_sets: what holds for a dossier, by the day it was received.
        retentions: how long personal data is kept, by the day on which the matter ended.
    """

    catalogue: Catalogue
    directory: Directory
    calendar: Calendar
    rule_sets: RuleSets = field(default_factory=load_rule_sets)
    retentions: Retentions = field(default_factory=load_retentions)

    def counts_from(self, claim: AnyEvent) -> datetime:
        """The moment since which a citizen's claim counts.

        Lateness is measured by the broker's stamp. Where no stamp bounds the claim, it counts from its own time.
        """
        taken_in = claim.bounded_by
        if taken_in is None:
            return claim.time
        return counts_from(self.rule_sets.on(taken_in), self.calendar, claim.time, taken_in)
