"""Own events on record: what was said is not said again, and can be retracted.

They may be folded in any order, before or after what others say: so all that is kept of them is kept sorted.
"""

from dataclasses import replace

from contracts import sla
from contracts.envelope import Event
from services.sla.deadline import Deadline
from services.sla.folding_deadlines import new_dates_worked_out, with_new_date
from services.sla.rules import Rules
from services.sla.state import MAIN, Apology, Overdue, Required, State, emitted_key


def due_soon(state: State, event: Event[sla.DossierDueSoon]) -> State:
    """A deadline came near (sắp đến hạn)."""
    data = event.data
    near = state.due_soon or data.deadline in MAIN
    return _noted(state, "due-soon", data.deadline, data.due).but(due_soon=near)


def overdue(rules: Rules, state: State, event: Event[sla.DossierOverdue]) -> State:
    """A deadline was missed (quá hạn)."""
    data = event.data
    retracted = dict(state.retracted).get(event.id)
    late = Overdue(data.due, data.deadline, event.id, data.agency, data.officer, retracted)
    return _with_overdues(rules, state, (*state.raised, late))


def overdue_retracted(rules: Rules, state: State, event: Event[sla.DossierOverdueRetracted]) -> State:
    """It was not missed after all; that may be folded before that it was."""
    overdue_id, at = event.data.overdue_id, event.time
    raised = tuple(replace(late, retracted=at) if late.id == overdue_id else late for late in state.raised)
    state = state.but(retracted=tuple(sorted((*state.retracted, (overdue_id, at)))))
    return _with_overdues(rules, state, raised)


def escalated(state: State, event: Event[sla.DossierEscalated]) -> State:
    """A rung of a ladder was climbed."""
    data = event.data
    noted = _noted(state, "escalated", data.deadline, data.due, data.rung, data.reason)
    return noted.but(escalations=state.escalations + 1)


def rescheduled(rules: Rules, state: State, event: Event[sla.DossierRescheduled]) -> State:
    """Another date was told: the new date of form 04 is a deadline of its own, the others were worked out before."""
    data = event.data
    if data.kind != "late":
        return _noted(state, "rescheduled", event.causationid, data.overdue_id, data.new_date)
    given = Deadline(
        key=sla.NEW_DATE,
        kind="new-date",
        agency=state.competent,
        since=event.time,
        started=event.time,
        cause=event.id,
        promised=data.new_date,
        overdue_id=data.overdue_id or event.causationid,
    )
    return with_new_date(rules, state, given)


def explanation_required(state: State, event: Event[sla.ExplanationRequired]) -> State:
    """An agency was asked to explain a delay."""
    data = event.data
    wanted = Required(data.due or data.by, data.deadline, event.id, data.agency, data.by)
    return state.but(required=tuple(sorted((*state.required, wanted))))


def apology_required(state: State, event: Event[sla.ApologyRequired]) -> State:
    """The citizen is owed an apology (thư xin lỗi)."""
    data = event.data
    withdrawn = emitted_key("withdrawn", data.overdue_id) in state.emitted
    apology = Apology(data.due, data.overdue_id, data.agency, data.new_date, data.covered_by, withdrawn)
    return state.but(apologies=tuple(sorted((*state.apologies, apology))))


def apology_withdrawn(state: State, event: Event[sla.ApologyWithdrawn]) -> State:
    """It was for nothing; that may be folded before that it was required."""
    overdue_id = event.data.overdue_id
    apologies = tuple(
        replace(apology, withdrawn=True) if apology.overdue_id == overdue_id else apology for apology in state.apologies
    )
    return _noted(state, "withdrawn", overdue_id).but(apologies=apologies)


def _noted(state: State, what: str, *unique: object) -> State:
    return state.but(emitted=tuple(sorted((*state.emitted, emitted_key(what, *unique)))))


def _with_overdues(rules: Rules, state: State, raised: tuple[Overdue, ...]) -> State:
    """With these overdue events; whether a new date holds depends on them."""
    late = any(found.key in MAIN and not found.retracted for found in raised)
    return new_dates_worked_out(rules, state.but(raised=tuple(sorted(raised)), overdue=late))
