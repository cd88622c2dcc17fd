"""The list of messages in the state: how one is added, found, replaced, sent once more and counted.

Outcomes are told by the wall clock, and causes by the dossier's own timeline, so an outcome may be folded before its
cause. Therefore every event only adds to a message that is known by its id, whichever of the two comes first.
"""

from dataclasses import replace

from contracts.envelope import AnyEvent, event_id
from contracts.notify import Template
from services.notify.state import Cause, Desk, Details, Message, State


def find(state: State, wanted_id: str) -> Message | None:
    """The message with this id, if anything is known of it."""
    return next((message for message in state.messages if message.id == wanted_id), None)


def put(state: State, message: Message) -> State:
    """Add a message, or put it in the place of the one with its id; their order follows from their causes alone."""
    others = [other for other in state.messages if other.id != message.id]
    return replace(state, messages=tuple(sorted([*others, message], key=_place)))


def _place(message: Message) -> tuple[bool, str, str]:
    """By the cause's moment; a message whose cause is not known yet comes last."""
    told = message.cause.time.isoformat(timespec="microseconds") if message.cause else ""
    return message.cause is None, told, message.id


def message_id(dossier: str, template: Template, about: str) -> str:
    """Derive a message's id from its dossier, its template, and the id of the event that it is about."""
    return event_id("message", dossier, template, about)


def with_message(
    state: State, event: AnyEvent, template: Template, details: Details, *, desk: Desk | None = None, about: str = ""
) -> State:
    """Add the message that an event makes necessary.

    Args:
        state: as it was before.
        event: the message's cause, unless an earlier event already was.
        template: which text.
        details: what the text needs.
        desk: whom to tell at an agency; None: the citizen.
        about: the id of the event that the message is about, where that is not its cause.
    """
    its_id = message_id(event.subject, template, about or event.id)
    message = find(state, its_id) or Message(its_id, template)
    cause = Cause(event.id, event.subject, event.time, event.correlationid, event.timeline)
    return put(state, replace(message, cause=message.cause or cause, details=details, desk=desk))


def with_resends(state: State) -> State:
    """Add the messages that somebody asked for once more.

    Each is a message of its own with an id of its own: under the old id, carriers would drop it as a repeat.
    """
    for known in [find(state, wanted_id) for wanted_id in state.resends]:
        if known is None or known.cause is None:
            continue
        again_id = event_id("message", known.cause.subject, "again", known.id)
        again = find(state, again_id) or Message(again_id, known.template)
        state = put(state, replace(again, cause=known.cause, details=known.details, desk=known.desk, repeats=known.id))
    return state


def dropped_if(message: Message, *, unwanted: bool) -> Message:
    """Drop a message that is not out, or take it up again; what was tried to its end stays as it is."""
    if message.status not in {"pending", "dropped"}:
        return message
    return replace(message, status="dropped" if unwanted else "pending")


def counted(state: State) -> State:
    """Count the messages by status, for figures."""
    statuses = [message.status for message in state.messages]
    return replace(
        state,
        sent=statuses.count("sent"),
        pending=statuses.count("pending"),
        doubtful=statuses.count("doubtful"),
        failed=statuses.count("failed"),
        unaddressed=statuses.count("unaddressed"),
        unreached=sum(_left_at_the_counter(message) for message in state.messages),
        letters=len(state.lettered),
    )


def _left_at_the_counter(message: Message) -> bool:
    """Tell whether a message lies at the counter because every other medium had to be given up."""
    return message.status == "sent" and message.medium == "counter" and bool(message.given_up)
