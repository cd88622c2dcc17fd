"""Asking notify to send a message once more."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.runtime import clock
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.settings import Settings
from contracts.authors import OPERATOR
from contracts.envelope import AnyEvent, new_event
from contracts.notify import ResendRequested
from domain.personal_data import personal_data_in
from services.notify.queries import Stranded, resendable, stranded
from tools.operations.environment import store_of

MAX_WHY = 200
"""Characters of a reason, as the contract allows."""


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


async def list_stranded(settings: Settings, unit: str | None) -> list[Stranded]:
    """The messages that somebody has to look after, of one receiving unit if one is named."""
    store = store_of(settings, "notify")
    try:
        return [message async for message in stranded(store, unit)]
    finally:
        store.close()


async def resend_message(settings: Settings, dossier: str, message: str, by: str, why: str) -> bool:
    """Ask notify to send a message once more. False where that was asked for before.

    Raises:
        ResendError: no reason is given, there is no such message, or it is on its way.
    """
    if not 0 < len(why.strip()) <= MAX_WHY:
        raise ResendError(f"say why in 1 to {MAX_WHY} characters: --why 'the mail server lost its queue'")
    if (kind := personal_data_in(why)) is not None:
        raise ResendError(f"--why holds {kind}, and stays on record: say it without")
    data = ResendRequested(message_id=message, by=by, why=why.strip())
    store, publisher = store_of(settings, "notify"), Publisher(settings.bus)
    try:
        event = request(await store.state_of({"_id": dossier}), data, clock.now())
        await publisher([message_of(event)] if event else [])
        return event is not None
    finally:
        await publisher.stop()
        store.close()
