"""Which apologies the citizen is owed for missed dates (thư xin lỗi), and which were for nothing.

An overdue that is retracted and raised again for another date is one lateness to the citizen: the apology for the first
date covers the other one. An apology is withdrawn where no missed date stands in the place of its own.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from contracts import sla
from contracts.envelope import event_id
from services.sla import form_04
from services.sla.deadline import Deadline
from services.sla.events import PendingEvent
from services.sla.rules import Rules
from services.sla.state import Apology, Overdue, State

OF_CITIZENS = (sla.WHOLE, sla.NEW_DATE)
"""Deadlines that the citizen was promised: he is apologised to when they are missed."""


def requirements(state: State, rules: Rules) -> Iterator[PendingEvent]:
    """An apology for every missed date on record that has none, or that an earlier one covers."""
    told = {apology.overdue_id for apology in state.apologies}
    untold = [late for late in _missed(state) if not late.retracted and late.id not in told]
    if not untold:
        return
    homeless = _homeless(state)
    for late in untold:
        covered_by = homeless.pop(0).overdue_id if homeless else ""
        yield PendingEvent(partial(_required, state, late, covered_by, rules), (late.id,), late.due, late.id)


def withdrawals(state: State, rules: Rules) -> Iterator[PendingEvent]:
    """The apologies that were for nothing. To be asked for when every missed date is on record and has its apology."""
    for apology in _homeless(state):
        covered = _covered(state, apology)
        known_since, last = max((at, overdue_id) for overdue_id, at in state.retracted if overdue_id in covered)
        cause = event_id(sla.DossierOverdueRetracted.TYPE, state.dossier, last)
        data = partial(_withdrawn, state, apology, rules)
        yield PendingEvent(data, (apology.overdue_id,), known_since, cause)


def _missed(state: State) -> list[Overdue]:
    """The overdue events on record that the citizen minds, by their dates."""
    return [late for late in state.raised if late.key in OF_CITIZENS]


def _homeless(state: State) -> list[Apology]:
    """The apologies whose date does not count as missed any more, nor any that they cover; withdrawn ones apart."""
    standing = {late.id for late in state.raised if not late.retracted}
    own = (apology for apology in _on_record(state) if not apology.covered_by and not apology.withdrawn)
    return [apology for apology in own if standing.isdisjoint(_covered(state, apology))]


def _on_record(state: State) -> list[Apology]:
    """All apologies; before sla said so itself, every overdue brought one, so what was retracted then counts too."""
    told = {apology.overdue_id for apology in state.apologies}
    before = [
        Apology(late.due, late.id, late.agency, _new_date_of(state, late))
        for late in _missed(state)
        if late.retracted and late.id not in told
    ]
    return sorted([*state.apologies, *before]) if before else list(state.apologies)


def _covered(state: State, apology: Apology) -> set[str]:
    """The overdue events that an apology stands for."""
    covered = {other.overdue_id for other in state.apologies if other.covered_by == apology.overdue_id}
    return {apology.overdue_id, *covered}


def _given_with(state: State, late: Overdue) -> Deadline | None:
    """The new date that was given at the very moment that was missed; a later one is told by an event of its own."""
    given = (new for new in state.new_dates if new.overdue_id == late.id and new.since == late.due)
    return next(given, None)


def _new_date_of(state: State, late: Overdue) -> datetime | None:
    given = _given_with(state, late)
    return None if given is None else given.promised


def _required(state: State, late: Overdue, covered_by: str, rules: Rules) -> sla.ApologyRequired:
    given = _given_with(state, late)
    new: dict[str, Any] = {}
    if given is not None and given.promised is not None:
        wording = form_04.wording(state, late.due, given.promised, form_04.explained_by(state, given), rules)
        new = {"rescheduled_id": given.cause, "new_date": given.promised, **wording}
    return sla.ApologyRequired(
        overdue_id=late.id, due=late.due, agency=late.agency, officer=late.officer, covered_by=covered_by, **new
    )


def _withdrawn(state: State, apology: Apology, rules: Rules) -> sla.ApologyWithdrawn:
    return sla.ApologyWithdrawn(
        overdue_id=apology.overdue_id,
        due=apology.due,
        agency=apology.agency,
        new_date=apology.new_date,
        signer=rules.rule_set(state).form_04.signer.value if apology.new_date else None,
    )
