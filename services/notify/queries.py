"""Questions of operators and of figures to notify's stored documents: no other module names paths of their state."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.runtime.store.mongo import MongoStore

Query = Mapping[str, Any]

_COUNTS = ("sent", "doubtful", "failed", "unreached", "unaddressed", "pending")
"""Figures of messages, as the state counts them; see `State`."""

_STRANDED: Query = {"$or": [{f"state.{count}": {"$gt": 0}} for count in ("unreached", "doubtful", "failed")]}
_TRIED = {"sent", "doubtful", "failed"}


def of_document(key: str) -> Query:
    """The one document of a dossier, by its code, or of a submission that has none."""
    return {"_id": key}


def told_until(state: Mapping[str, Any] | None, at: datetime) -> list[str]:
    """Ids of the messages to the citizen that were caused until a moment."""
    messages = (state or {}).get("messages", ())
    to_citizen = [message for message in messages if message["desk"] is None and message["cause"] is not None]
    return [message["id"] for message in to_citizen if datetime.fromisoformat(message["cause"]["time"]) <= at]


@dataclass(frozen=True)
class Stranded:
    """One message that did not reach its reader, as far as is known.

    Attributes:
        dossier: the dossier it is about.
        unit: the receiving unit, which can hand the message over.
        status: `doubtful`, `failed`, or `at the counter` where every other medium had to be given up.
        given_up: the media that were given up.
    """

    dossier: str
    unit: str
    message_id: str
    template: str
    status: str
    given_up: tuple[str, ...]


@dataclass(frozen=True)
class Resendable:
    """A message, as far as asking for it once more needs to know.

    Attributes:
        asked_for: it was asked for once more already.
        status: what has become of it.
        cause: the event that made it necessary, as its fields by name; None where only an outcome is known.
    """

    asked_for: bool
    status: str
    cause: Mapping[str, Any] | None

    @property
    def was_tried(self) -> bool:
        """It is neither on its way nor dropped."""
        return self.status in _TRIED


async def stranded(store: MongoStore, unit: str | None) -> AsyncIterator[Stranded]:
    """List all messages that somebody has to look after; of one receiving unit if one is named."""
    async for dossier, state in store.states(_STRANDED):
        where = (state["recipient"] or {}).get("receiving_unit", "")
        for message in state["messages"] if unit in (None, where) else ():
            if _needs_a_look(message):
                yield Stranded(
                    dossier,
                    where,
                    message["id"],
                    message["template"],
                    "at the counter" if message["status"] == "sent" else message["status"],
                    tuple(message["given_up"]),
                )


def _needs_a_look(message: Mapping[str, Any]) -> bool:
    at_the_counter = message["status"] == "sent" and message["medium"] == "counter" and message["given_up"]
    return bool(at_the_counter) or message["status"] in {"doubtful", "failed"}


def resendable(state: Mapping[str, Any] | None, message_id: str) -> Resendable | None:
    """Find a message in the stored state of its dossier by its id; None where nothing is known of it."""
    known = state or {}
    asked_for = message_id in known.get("resends", ())
    found = next((message for message in known.get("messages", ()) if message["id"] == message_id), None)
    if found is None:
        return Resendable(asked_for, "", None) if asked_for else None
    return Resendable(asked_for, found["status"], found["cause"])


async def letters(store: MongoStore, timeline: str) -> int:
    """Count the letters of apology on record, of one timeline."""
    return await _sum(store, "letters", timeline)


async def message_figures(store: MongoStore, timeline: str) -> dict[str, int]:
    """Count the messages by what has become of them, of one timeline."""
    return {count: await _sum(store, count, timeline) for count in _COUNTS}


async def _sum(store: MongoStore, count: str, timeline: str) -> int:
    total = {"_id": None, "n": {"$sum": f"$state.{count}"}}
    found = await store.aggregate([{"$match": {"state.timeline": timeline}}, {"$group": total}])
    return int(found[0]["n"]) if found else 0
