"""Own events, folded: what has been said is not said again, and can be retracted.

In whatever order they are folded, before or after what others say: so all that is kept of them is kept sorted.
"""

from dataclasses import replace

from contracts import sla
from contracts.envelope import AnyEvent
from services.sla.state import NewDate, Overdue, Required, State, said_key

MAIN = (sla.WHOLE, sla.FEEDBACK)


def said(state: State, event: AnyEvent) -> State:
    """Fold an own event in; any other changes nothing."""
    match event.data:
        case sla.DossierDueSoon() as data:
            near = state.due_soon or data.deadline in MAIN
            return _noted(state, "due-soon", data.deadline, data.due).but(due_soon=near)
        case sla.DossierOverdue() as data:
            retracted = said_key("retracted", event.id) in state.said
            late = Overdue(data.due, data.deadline, event.id, data.agency, retracted)
            return _marked(state.but(raised=tuple(sorted((*state.raised, late)))))
        case sla.DossierOverdueRetracted() as data:
            raised = tuple(replace(one, retracted=True) if one.id == data.overdue_id else one for one in state.raised)
            return _marked(_noted(state, "retracted", data.overdue_id).but(raised=raised))
        case sla.DossierEscalated() as data:
            noted = _noted(state, "escalated", data.deadline, data.due, data.rung, data.reason)
            return noted.but(escalations=state.escalations + 1)
        case sla.DossierRescheduled() as data:
            return _rescheduled(state, event, data)
        case sla.ExplanationRequired() as data:
            wanted = Required(data.due or data.by, data.deadline, event.id, data.agency, data.by)
            return state.but(required=tuple(sorted((*state.required, wanted))))
        case _:
            return state


def _rescheduled(state: State, event: AnyEvent, data: sla.DossierRescheduled) -> State:
    if data.kind != "late":
        return _noted(state, "moved", event.causationid, data.overdue_id, data.new_date)
    new = NewDate(event.time, event.id, data.new_date, data.overdue_id or event.causationid)
    return state.but(new_dates=tuple(sorted((*state.new_dates, new))))


def _noted(state: State, what: str, *unique: object) -> State:
    return state.but(said=tuple(sorted((*state.said, said_key(what, *unique)))))


def _marked(state: State) -> State:
    return state.but(overdue=any(one.key in MAIN and not one.retracted for one in state.raised))
