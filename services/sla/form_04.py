"""Form 04 (Mẫu 04, TT 03/2025): a new date for a missed appointment, given once, and what its letter says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypedDict

from contracts import sla
from contracts.text import Lines
from domain.worktime import Clock, Text, between, due_at, explain, shift, worked
from services.sla.deadline import Deadline
from services.sla.events import Missed, PendingEvent
from services.sla.rescheduling import LONGEST_CAUSE
from services.sla.rules import Rules
from services.sla.state import Explanation, State

NOT_EXPLAINED = Text(vi="Cơ quan chưa giải trình", en="Not explained by the agency yet")


@dataclass(frozen=True, slots=True)
class NewDate:
    """The date to give.

    Attributes:
        at: when it is given.
        told: the explanation whose target it is; None: it is by the rule.
    """

    at: datetime
    date: datetime
    told: Explanation | None


class Wording(TypedDict):
    """What the form says beside its dates; the same in `dossier.rescheduled` and in `apology.required`."""

    cause: str
    cause_en: str
    signer: sla.Rung
    in_person: bool
    working_out: Lines


def new_date(state: State, deadline: Deadline, rules: Rules) -> NewDate | None:
    """The new date for a missed appointment; None where none is given.

    An appointment is missed once, unless it was not missed after all: then that is taken back, with what followed.
    It is the agency's own target, if it told one in time that lies ahead of the missed moment, and else by the rule.
    """
    due, rule_set = deadline.due, rules.rule_set(state)
    if deadline.kind != "dossier" or due is None or rule_set.form_04.times.value < 1:
        return None
    calendar, wait = rules.calendar_of(state, deadline.agency), timedelta(hours=rule_set.form_04.wait.value)
    latest = shift(calendar, due, wait).astimezone(UTC) if wait else due
    told = [given for given in state.explanations if given.at <= latest and given.target > max(due, given.at)]
    before = [given for given in told if given.at <= due]
    if chosen := before[-1] if before else (told[0] if told else None):
        return NewDate(max(due, chosen.at), chosen.target, chosen)
    by_rule = due_at(calendar, due, rule_set.form_04.new_date.value, rule_set.late_from)
    return NewDate(latest, by_rule.astimezone(UTC), None)


def pending(state: State, deadline: Deadline, missed: Missed, rules: Rules) -> Iterator[PendingEvent]:
    """`dossier.rescheduled`, linked to its overdue event; nothing where no new date is given, or it is on record."""
    if any(given.overdue_id == missed.id for given in state.new_dates):
        return
    if (new := new_date(state, deadline, rules)) is not None:
        data = partial(_rescheduled, state, missed, new, rules)
        yield PendingEvent(data, ("late", missed.id), new.at, missed.id)


def _rescheduled(state: State, missed: Missed, new: NewDate, rules: Rules) -> sla.DossierRescheduled:
    agency, officer = missed.holder()
    return sla.DossierRescheduled(
        old_date=missed.due,
        new_date=new.date,
        agency=agency,
        kind="late",
        officer=officer,
        overdue_id=missed.id,
        **wording(state, missed.due, new.date, new.told, rules),
    )


def explained_by(state: State, given: Deadline) -> Explanation | None:
    """The explanation that a new date on record was given for; None: it was given by the rule."""
    told = (late for late in reversed(state.explanations) if late.at <= given.since and late.target == given.promised)
    return next(told, None)


def wording(state: State, old: datetime, new: datetime, told: Explanation | None, rules: Rules) -> Wording:
    """What the form says when a new date takes the place of a missed one."""
    form, calendar = rules.rule_set(state).form_04, rules.calendar_of(state, state.competent)
    return Wording(
        cause=told.cause[:LONGEST_CAUSE] if told else NOT_EXPLAINED.vi,
        cause_en="" if told else NOT_EXPLAINED.en,
        signer=form.signer.value,
        in_person=between(calendar, old, new) >= worked(form.in_person_from.value, calendar),
        working_out=explain(Clock(calendar, old, None, new)),
    )
