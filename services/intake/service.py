"""Intake as one value: what it reads, how it folds and what it decides."""

from functools import partial

from chassis.core.service import Service, by_correlation, evolving
from services.intake.decide import decide
from services.intake.events import OWNED, rejected
from services.intake.fold import applies, folds
from services.intake.queries import INDEXES
from services.intake.rules import Rules
from services.intake.state import INITIAL, State


def service(rules: Rules) -> Service[State]:
    """Make intake. Its documents are submissions, because there is one before there is a dossier code."""
    table = folds(rules)
    return Service(
        name="intake",
        consumes=tuple(payload for payload in table if payload not in OWNED),
        emits=OWNED,
        initial=INITIAL,
        evolve=evolving(table),
        decide=partial(decide, rules=rules),
        key=by_correlation,
        answer=rejected,
        settles=applies,
        indexes=INDEXES,
        basis=repr((rules.calendar, dict(rules.rule_sets.by_name))),
    )
