"""Fold the events that agencies are told of: each names a post (chức danh) of an agency, and a text.

Nobody at an office acts on history, so agencies are told of the live timeline alone.
"""

from dataclasses import replace

from contracts.envelope import LIVE, AnyEvent
from contracts.notify import Template
from domain.procedures import Post
from services.notify import rules
from services.notify.folding_messages import dropped_if, with_message
from services.notify.state import Desk, Details, Message, State, TakenBack

TO_AGENCIES: tuple[Template, ...] = ("due-soon", "escalation", "explanation-required")
"""The templates that agencies get; all others are for citizens."""


def due_soon(state: State, event: AnyEvent) -> State:
    """A deadline comes near (sắp đến hạn): the office is told."""
    data = event.data
    details = Details(deadline=data.deadline, due=data.due, agency=data.agency)
    return _told(state, event, Desk(data.agency, "office"), "due-soon", details)


def escalated(state: State, event: AnyEvent) -> State:
    """Somebody higher has to know of a lateness: the head of the one-stop unit, or of an agency."""
    data = event.data
    post: Post = "one-stop-head" if data.rung == "one-stop-head" else "head"
    details = Details(deadline=data.deadline, due=data.due, agency=data.agency, reason=data.reason)
    return _told(state, event, Desk(data.to_agency, post), "escalation", details)


def explanation_required(state: State, event: AnyEvent) -> State:
    """A lateness has to be explained (giải trình): the agency's head is told."""
    data = event.data
    details = Details(deadline=data.deadline, due=data.due, agency=data.agency, new_date=data.by)
    return _told(state, event, Desk(data.agency, "head"), "explanation-required", details)


def overdue_retracted(state: State, event: AnyEvent) -> State:
    """There was no lateness: agencies are not told of it any more, nor citizens of a new date given for it."""
    data = event.data
    taken_back = TakenBack(data.deadline, data.due, event.time)
    retracted = (*state.retracted, data.overdue_id)
    return replace(state, retracted=retracted, taken_back=(*state.taken_back, taken_back))


def _told(state: State, event: AnyEvent, desk: Desk, template: Template, details: Details) -> State:
    if event.timeline != LIVE or not rules.tells_more(event.time):
        return state
    return with_message(state, event, template, details, desk=desk)


def with_agencies(state: State) -> State:
    """Do not tell an agency of a lateness that was taken back before its letter went out."""
    if not state.taken_back:
        return state
    return replace(state, messages=tuple(_dropped_if_taken_back(state, message) for message in state.messages))


def _dropped_if_taken_back(state: State, message: Message) -> Message:
    cause, details = message.cause, message.details
    if message.template not in TO_AGENCIES or cause is None:
        return message
    over = any(
        (known.deadline, known.due) == (details.deadline, details.due) and known.at >= cause.time
        for known in state.taken_back
    )
    return dropped_if(message, unwanted=over)
