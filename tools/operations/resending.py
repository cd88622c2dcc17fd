"""Asking notify to send a message once more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.authors import OPERATOR
from contracts.envelope import AnyEvent, new_event
from contracts.notify import ResendRequested
from services.notify.queries import resendable


class ResendError(Exception):
    """This can not be sent again; says why and what can."""


def request(state: Mapping[str, Any] | None, data: ResendRequested, now: datetime) -> AnyEvent | None:
    """The event that has a message sent once more; None where that was asked for before.

    Raises:
        ResendError: there is no such message, or it is on its way.
    """
    message = resendable(state, data.message_id)
    if message and message.asked_for:
        return None
    if message is None or message.cause is None:
        raise ResendError(f"no message {data.message_id} of this dossier: see `lienthong notify list`")
    if not message.was_tried:
        raise ResendError(f"message {data.message_id} is {message.status}: only what was tried can be sent again")
    cause = message.cause
    return new_event(
        data,
        source=OPERATOR,
        subject=cause["subject"],
        time=now,
        correlationid=cause["correlationid"],
        unique=(data.message_id,),
        causationid=cause["id"],
        timeline=cause["timeline"],
    )
