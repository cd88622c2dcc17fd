"""The decision which messages nothing is kept of any more, once their applicant is erased.

What is caused after the erasure knows no name, and may lie at the counter.
"""

from dataclasses import dataclass

from contracts.envelope import AnyEvent
from contracts.notify import NotificationErased
from services.notify.events import messages_erased
from services.notify.state import Cause, Message, State

MOST = 1000
"""Messages in one order, as many as its event may name. With more it would be refused; fewer make more events."""


@dataclass(frozen=True)
class Forgetting:
    """The order to remove what is kept of some messages; `told` says so once it is done."""

    message_ids: tuple[str, ...]
    told: AnyEvent


def forgetting(state: State) -> Forgetting | None:
    """The order that is due; None where nothing is left to remove.

    A message may have been under way when the applicant was erased. It is removed once it is known to be out.
    """
    erased, timeline = state.erased, state.timeline
    if erased is None:
        return None
    found = [message for message in state.messages if _is_to_go(message, state)]
    if not found:
        return None
    first, message_ids = found[0].cause, tuple(sorted(message.id for message in found)[:MOST])
    assert first is not None  # noqa: S101 - asked before
    cause = Cause(erased.event, first.subject, erased.at, first.correlationid, timeline)
    data = NotificationErased(reference=erased.reference, message_ids=message_ids)
    return Forgetting(message_ids, messages_erased(cause, data))


def _is_to_go(message: Message, state: State) -> bool:
    return (
        state.erased is not None
        and message.cause is not None
        and message.desk is None
        and message.status == "sent"
        and message.cause.time <= state.erased.at
        and message.id not in state.forgotten
    )
