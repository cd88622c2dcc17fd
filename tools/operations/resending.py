"""Messages that somebody has to look after: what no carrier took, may have lost, or could only leave at the counter."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.runtime import clock
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.authors import OPERATOR
from contracts.envelope import AnyEvent, new_event
from contracts.notify import ResendRequested
from tools.operations.environment import store_of

MAX_WHY = 200
"""Characters of a reason, as the contract allows."""

TO_LOOK_AFTER = {"$or": [{f"state.{count}": {"$gt": 0}} for count in ("unreached", "doubtful", "failed")]}


class ResendError(Exception):
    """This can not be sent again; says why and what can."""


@dataclass(frozen=True)
class Stranded:
    """One message: of which dossier, by which unit it can be handed over, and what has become of it."""

    dossier: str
    unit: str
    message_id: str
    template: str
    status: str
    given_up: tuple[str, ...]


async def stranded(store: MongoStore, unit: str | None) -> AsyncIterator[Stranded]:
    """All of them, of one receiving unit if one is named."""
    async for dossier, state in store.states(TO_LOOK_AFTER):
        where = (state["recipient"] or {}).get("receiving_unit", "")
        for message in state["messages"] if unit in (None, where) else ():
            if needs_a_look(message):
                yield Stranded(
                    dossier,
                    where,
                    message["id"],
                    message["template"],
                    "at the counter" if message["status"] == "sent" else message["status"],
                    tuple(message["given_up"]),
                )


def needs_a_look(message: Mapping[str, Any]) -> bool:
    """Whether a message did not reach its reader, as far as is known."""
    at_the_counter = message["status"] == "sent" and message["medium"] == "counter" and message["given_up"]
    return bool(at_the_counter) or message["status"] in {"doubtful", "failed"}


def request(state: Mapping[str, Any] | None, data: ResendRequested, now: datetime) -> AnyEvent | None:
    """The event that has a message sent once more; None where that was asked for before.

    Raises:
        ResendError: there is no such message, or it is on its way.
    """
    messages = {one["id"]: one for one in (state or {}).get("messages", ())}
    message = messages.get(data.message_id)
    if data.message_id in (state or {}).get("resends", ()):
        return None
    if message is None or message["cause"] is None:
        raise ResendError(f"no message {data.message_id} of this dossier: see `lienthong notify list`")
    if message["status"] not in {"sent", "doubtful", "failed"}:
        raise ResendError(f"message {data.message_id} is {message['status']}: only what was tried can be sent again")
    cause = message["cause"]
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
    data = ResendRequested(message_id=message, by=by, why=why.strip())
    store, publisher = store_of(settings, "notify"), Publisher(settings.kafka)
    try:
        event = request(await store.state_of({"_id": dossier}), data, clock.now())
        await publisher([message_of(event)] if event else [])
        return event is not None
    finally:
        await publisher.stop()
        store.close()
