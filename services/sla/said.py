"""Own events, folded: what has been said is not said again, and can be retracted."""

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
            return replace(_noted(state, "due-soon", data.deadline, data.due), due_soon=near)
        case sla.DossierOverdue() as data:
            # Both may be of one moment, so the retraction may be folded first.
            retracted = said_key("retracted", event.id) in state.said
            late = Overdue(event.id, data.deadline, data.due, data.agency, retracted)
            return _marked(replace(state, raised=(*state.raised, late)))
        case sla.DossierOverdueRetracted() as data:
            raised = tuple(replace(one, retracted=True) if one.id == data.overdue_id else one for one in state.raised)
            return _marked(replace(_noted(state, "retracted", data.overdue_id), raised=raised))
        case sla.DossierEscalated() as data:
            noted = _noted(state, "escalated", data.deadline, data.due, data.rung, data.reason)
            return replace(noted, escalations=state.escalations + 1)
        case sla.DossierRescheduled() as data:
            return _rescheduled(state, event, data)
        case sla.ExplanationRequired() as data:
            due = data.due or next((one.due for one in state.raised if one.id == event.causationid), data.by)
            wanted = Required(data.deadline, due, data.agency, data.by, event.id)
            return replace(state, required=(*state.required, wanted))
        case _:
            return state


def _rescheduled(state: State, event: AnyEvent, data: sla.DossierRescheduled) -> State:
    if data.kind == "calendar":
        return _noted(state, "moved", event.causationid)
    new = NewDate(event.id, event.time, data.new_date, data.overdue_id or event.causationid)
    return replace(state, new_dates=(*state.new_dates, new))


def _noted(state: State, what: str, *unique: object) -> State:
    return replace(state, said=(*state.said, said_key(what, *unique)))


def _marked(state: State) -> State:
    overdue = any(one.key in MAIN and not one.retracted for one in state.raised)
    return replace(state, overdue=overdue, backlog=overdue and state.phase == "open")
