"""Intake as one value: what it reads, how it folds and what it decides."""

from functools import partial

from chassis.core.service import NOWHERE, Perform, Service, by_correlation
from contracts.envelope import AnyEvent
from contracts.intake import SubmissionRejected
from domain import DOMAIN_VERSION
from services.intake.decide import decide
from services.intake.events import ABOUT_RECORDS, OWNED, rejected
from services.intake.fold import FOLD_VERSION, applies, folds
from services.intake.queries import INDEXES
from services.intake.rules import Rules
from services.intake.state import INITIAL, State


def service(rules: Rules, perform: Perform | None = None) -> Service[State]:
    """Make intake. Its documents are submissions, because there is one before there is a dossier code.

    Without `perform`, which erases applicants, it only folds and decides. That is enough for an audit.
    """
    return Service(
        name="intake",
        folds=folds(rules),
        emits=OWNED,
        initial=INITIAL,
        decide=partial(decide, rules=rules),
        key=by_submission,
        perform=perform,
        answer=rejected,
        settles=applies,
        indexes=INDEXES,
        basis=repr((rules.calendar, dict(rules.rule_sets.by_name))),
        fold_version=FOLD_VERSION,
        domain_version=DOMAIN_VERSION,
    )


def by_submission(event: AnyEvent) -> str:
    """The submission that an event is a fact of; the answer to a record that is no submission is a fact of none."""
    about_a_record = isinstance(event.data, SubmissionRejected) and event.data.code in ABOUT_RECORDS
    return NOWHERE if about_a_record else by_correlation(event)
