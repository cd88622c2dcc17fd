"""Form 04 (Mẫu 04, TT 03/2025): the apology for a missed appointment with a new date, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contracts import sla
from domain.rules import RuleSet
from domain.worktime import Calendar, Clock, Text, Wait, between, due_at, explain, shift, worked
from services.sla.events import Missed, Saying
from services.sla.rules import Rules
from services.sla.state import Deadline, Explanation, Move, NewDate, Pause, State

NOT_EXPLAINED = Text(vi="Cơ quan chưa giải trình", en="Not explained by the agency yet")
LONGEST_CAUSE = 200


@dataclass(frozen=True, slots=True)
class New:
    """The date to give: when it is given, and the explanation it comes from, or none and a rule."""

    at: datetime
    date: datetime
    told: Explanation | None


def new_date(state: State, deadline: Deadline, rules: RuleSet, calendar: Calendar) -> New | None:
    """The new date for a missed appointment; None where none is given.

    An appointment is missed once, unless it was not missed after all: then that is taken back, with what followed.
    It is the agency's own target, if it told one in time that lies ahead of the missed moment, and else by the rule.
    """
    due = deadline.due
    if deadline.kind != "dossier" or due is None or rules.form_04.times.value < 1:
        return None
    wait = timedelta(hours=rules.form_04.wait.value)
    latest = shift(calendar, due, wait).astimezone(UTC) if wait else due
    told = [one for one in state.explanations if one.at <= latest and one.target > max(due, one.at)]
    before = [one for one in told if one.at <= due]
    if chosen := before[-1] if before else (told[0] if told else None):
        return New(max(due, chosen.at), chosen.target, chosen)
    return New(latest, due_at(calendar, due, rules.form_04.new_date.value, rules.late_from).astimezone(UTC), None)


def saying(state: State, deadline: Deadline, missed: Missed, rules: Rules) -> Iterator[Saying]:
    """`dossier.rescheduled`, linked to its overdue event; nothing where no new date is given, or it is on record."""
    if any(one.overdue_id == missed.id for one in state.new_dates):
        return
    given, calendar, old = rules.rule_set(state).form_04, rules.calendar_of(state, deadline.agency), missed.due
    new = new_date(state, deadline, rules.rule_set(state), calendar)
    if new is None:
        return

    def data() -> sla.DossierRescheduled:
        agency, officer = missed.holder()
        return sla.DossierRescheduled(
            old_date=old,
            new_date=new.date,
            cause=new.told.cause[:LONGEST_CAUSE] if new.told else NOT_EXPLAINED.vi,
            cause_en="" if new.told else NOT_EXPLAINED.en,
            agency=agency,
            kind="late",
            officer=officer,
            signer=given.signer.value,
            in_person=between(calendar, old, new.date) >= worked(given.in_person_from.value, calendar),
            overdue_id=missed.id,
            working_out=explain(Clock(calendar, old, None, new.date)),
        )

    yield Saying(data, ("late", missed.id), new.at, missed.id)


def standing(state: State) -> list[NewDate]:
    """New dates given for missing the very moment that the appointment is due."""
    main = state.main
    if main is None or main.due is None:
        return []
    return [one for one in state.new_dates if state.missed(one.overdue_id) == main.due]


def due_of(state: State, given: NewDate, rules: Rules) -> datetime | None:
    """When a new date is missed: waits since it was given move it; None while the clock stands."""
    due = clock(state, given, rules).due
    return due and due.astimezone(UTC)


def is_due(state: State, moment: datetime, rules: Rules) -> bool:
    """Whether a new date that stands is due at this moment."""
    return any(due_of(state, one, rules) == moment for one in standing(state))


def postponements(state: State, rules: Rules) -> Iterator[tuple[NewDate, Move]]:
    """How pauses moved the new dates that stand, one after the other."""
    ended = state.main.ended if state.main else None
    for given in standing(state):
        old, pauses = given.new, _pauses_since(state, given, rules)
        for number, pause in enumerate(pauses, 1):
            due = _clock(state, given, pauses[:number], rules).due
            if due is None or pause.until is None or (ended is not None and ended <= pause.until):
                return
            if (new := due.astimezone(UTC)) != old:
                yield given, Move(pause.ended_by, pause.until, old, new, pause.cause, pause.by)
                old = new


def clock(state: State, given: NewDate, rules: Rules) -> Clock:
    """The clock of a new date: it stands while the dossier waits."""
    return _clock(state, given, _pauses_since(state, given, rules), rules)


def _pauses_since(state: State, given: NewDate, rules: Rules) -> list[Pause]:
    effects = rules.rule_set(state)
    since = (one for one in state.pauses if one.since >= given.at)
    return [one for one in since if effects.effect(one.cause, "dossier") != "nothing"]


def _clock(state: State, given: NewDate, pauses: list[Pause], rules: Rules) -> Clock:
    waits = tuple(Wait(one.cause, one.since, one.until, one.by, "pauses") for one in pauses)
    return Clock(rules.calendar_of(state, state.competent), given.at, None, given.new, waits)
