"""The history of one dossier, read from the streams: all that was said of it, each event after its cause."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.key_reader import signatures_now
from chassis.runtime.bus.record import read_record
from chassis.runtime.bus.signed import Signatures
from chassis.runtime.bus.streams import records
from chassis.runtime.settings import Settings
from contracts.claims import IntakeSubmitted
from contracts.envelope import AnyEvent
from contracts.notify import NotificationDoubtful, NotificationFailed, NotificationSent
from contracts.topics import OF_DOSSIERS, BadEventError, UnknownTypeError
from domain.worktime import ZONE, Lines

TOLD = (
    *(
        "kind",
        "step",
        "deadline",
        "procedure",
        "limit",
        "appointment_date",
        "code",
        "due",
        "rung",
        "old_date",
        "new_date",
    ),
    *("signer", "in_person", "from_agency", "to_agency", "agency", "officer", "by", "movement", "waited_for"),
    *("reason", "cause", "owner", "plan", "target", "question", "opinion", "amount", "outcome"),
    *("template", "medium", "error"),
)
"""The fields that a line tells, in this order. All else is in the streams."""


async def read_history(settings: Settings, code: str) -> list[AnyEvent]:
    """Every event that was said of a dossier, with what the citizen lodged before it had a code.

    A record that can not be read, or that its agency did not sign, is left out: it is a dead letter of whoever tried.
    """
    events = await _read(settings.bus, code, await signatures_now(settings))
    submissions = {event.correlationid for event in events if event.subject == code}
    return [event for event in events if event.subject == code or _lodged(event, submissions)]


async def _read(bus: Bus, code: str, signatures: Signatures) -> list[AnyEvent]:
    """The events that name a dossier, and all that was ever lodged."""
    found = []
    async for record in records(bus, list(OF_DOSSIERS)):
        named = record.key == code.encode() or code.encode() in (record.value or b"")
        if record.topic == IntakeSubmitted.TYPE or named:
            try:
                found.append(read_record(record, own=True, signatures=signatures))
            except (BadEventError, UnknownTypeError):
                continue
    return found


def _lodged(event: AnyEvent, submissions: set[str]) -> bool:
    return isinstance(event.data, IntakeSubmitted) and event.subject in submissions


def history_lines(events: Iterable[AnyEvent], language: str) -> Iterator[str]:
    """Lines of text: the moment in Vietnam, the event, what it says, and its working-out in `vi` or `en`."""
    by_id = {event.id: event for event in events}
    day = ""
    for event in sorted(by_id.values(), key=lambda event: _order(event, by_id)):
        local = _when(event, by_id).astimezone(ZONE)
        if (today := f"{local:%Y-%m-%d %A}") != day:
            day = today
            yield day
        yield f"  {local:%H:%M}  {event.type}: {', '.join(_facts(event.data))}".rstrip(": ")
        why = getattr(event.data, "working_out", None)
        yield from (f"           {line}" for line in (getattr(why, language) if isinstance(why, Lines) else ()))


def _order(event: AnyEvent, by_id: dict[str, AnyEvent]) -> tuple[datetime, int, str, str]:
    return _when(event, by_id), _depth(event, by_id), event.type, event.id


def _depth(event: AnyEvent, by_id: dict[str, AnyEvent]) -> int:
    """How many causes lie before an event.

    Only somebody who invents causes can make a ring of them; there each is counted once.
    """
    met, cause = {event.id}, by_id.get(event.causationid)
    while cause is not None and cause.id not in met:
        met.add(cause.id)
        cause = by_id.get(cause.causationid)
    return len(met)


def _when(event: AnyEvent, by_id: dict[str, AnyEvent]) -> datetime:
    """The moment at which an event is told.

    Carriers go by the wall clock, whatever timeline the dossier is on. So the outcome of a message stands with the
    event that the message tells of.
    """
    cause = by_id.get(event.causationid)
    outcome = isinstance(event.data, NotificationSent | NotificationDoubtful | NotificationFailed)
    return cause.time if cause and outcome else event.time


def _facts(data: BaseModel) -> Iterator[str]:
    said = dict(data)
    claim = said.get("claim")
    said |= dict(claim) if isinstance(claim, BaseModel) else {}
    if said.get("appointed") is False:
        del said["appointment_date"]
    for name in TOLD:
        if said.get(name) not in (None, "", 0, False):
            yield f"{name.replace('_', ' ')} {_text(said[name])}"


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZONE):%Y-%m-%d %H:%M}"
    return "yes" if value is True else str(value)
