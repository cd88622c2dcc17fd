"""Every deadline of a dossier with its working-out, and the register of the backlog: derived from the state. Pure."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts import sla
from domain.worktime import Clock, Line, Lines, days_of, explain
from services.sla.deadline import Deadline
from services.sla.rules import Rules
from services.sla.state import Explanation, State


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class Waited(_View):
    """A time in which somebody was waited for, and what it did to this clock; without an end it lasts."""

    cause: str
    by: str
    since: datetime
    until: datetime | None
    effect: str


class DeadlineView(_View):
    """One deadline (thời hạn) as it stands.

    Attributes:
        due: None while the clock stands; so are `working_out` and `days`.
        allowed: seconds of working time in all.
        used: seconds of working time that it took, once it ended.
        verdict: early, on-time or late, once it ended; empty where it was broken off.
        working_out: why the date is what it is, in Vietnamese and English.
        days: the same, day by day.
    """

    key: str
    agency: str
    officer: str | None
    started: datetime
    limit: str
    due: datetime | None
    due_soon: datetime | None
    ended: datetime | None
    verdict: str
    allowed: int
    used: int
    waits: tuple[Waited, ...]
    working_out: Lines | None
    days: tuple[Line, ...]


class DossierView(_View):
    """All deadlines of one dossier, by the rule set of the day it was received."""

    dossier: str
    rule_set: str
    received_at: datetime
    deadlines: tuple[DeadlineView, ...]


class Entry(_View):
    """One entry of the register of the backlog (hồ sơ tồn đọng).

    Attributes:
        agency: who held it when the last date was missed: the appointment, or the new date of form 04.
        due: that date.
        explained: cause, owner, plan and target date are all told.
    """

    dossier: str
    procedure: str
    agency: str
    due: datetime
    explained: bool
    cause: str | None = None
    owner: str | None = None
    plan: str | None = None
    target: datetime | None = None


def deadlines_of(state: State, rules: Rules) -> DossierView | None:
    """All that has a deadline, apart from the new date of form 04, which `dossier.rescheduled` tells and explains.

    None for a dossier that nobody received.
    """
    if state.received_at is None:
        return None
    watched = [
        deadline
        for deadline in state.deadlines
        if deadline.kind != "new-date" and (deadline.due is not None or deadline.allowed)
    ]
    return DossierView(
        dossier=state.dossier,
        rule_set=state.rule_set,
        received_at=state.received_at,
        deadlines=tuple(_view(deadline, rules.clock(state, deadline)) for deadline in watched),
    )


def _view(deadline: Deadline, clock: Clock) -> DeadlineView:
    runs = clock.due is not None
    fields: dict[str, Any] = {
        name: getattr(deadline, name)
        for name in ("key", "agency", "officer", "started", "limit", "due", "ended", "verdict", "allowed", "used")
    }
    return DeadlineView(
        **fields,
        due_soon=deadline.soon,
        waits=tuple(
            Waited(cause=wait.cause, by=wait.by, since=wait.since, until=wait.until, effect=wait.effect)
            for wait in clock.waits
        ),
        working_out=explain(clock) if runs else None,
        days=days_of(clock) if runs else (),
    )


def entry_of(state: State) -> Entry:
    """The entry of a dossier that is overdue and open; the last complete explanation counts, else the last."""
    keys = (state.deadlines[0].key, sla.NEW_DATE)
    late = next(missed for missed in reversed(state.raised) if missed.key in keys and not missed.retracted)
    complete = tuple(given for given in state.explanations if given.complete)
    told = _last(complete) or _last(state.explanations)
    return Entry(
        dossier=state.dossier,
        procedure=state.procedure,
        agency=late.agency,
        due=late.due,
        explained=state.explained,
        cause=told and told.cause,
        owner=told and told.owner,
        plan=told and told.plan,
        target=told and told.target,
    )


def _last(explanations: tuple[Explanation, ...]) -> Explanation | None:
    return explanations[-1] if explanations else None
