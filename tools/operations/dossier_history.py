"""One dossier's story, told from the streams: what was said of it, in order, each event after its cause."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from contracts.envelope import AnyEvent
from contracts.notify import NotificationDoubtful, NotificationFailed, NotificationSent
from domain.worktime import ZONE, Lines

TOLD = (
    *("kind", "step", "deadline", "procedure", "limit", "appointment_date", "code", "due", "rung", "old_date"),
    *(
        "new_date",
        "signer",
        "in_person",
        "from_agency",
        "to_agency",
        "agency",
        "officer",
        "by",
        "movement",
        "waited_for",
    ),
    *("reason", "cause", "owner", "plan", "target", "question", "opinion", "amount", "outcome"),
    *("template", "medium", "error"),
)
"""What a line tells, in this order; all else is in the streams."""


def story(events: Iterable[AnyEvent], language: str) -> Iterator[str]:
    """Lines of text: the moment in Vietnam, the event, what it says, and its working-out in `vi` or `en`."""
    by_id = {one.id: one for one in events}
    day = ""
    for event in sorted(by_id.values(), key=lambda one: _place(one, by_id)):
        local = _when(event, by_id).astimezone(ZONE)
        if (today := f"{local:%Y-%m-%d %A}") != day:
            day = today
            yield day
        yield f"  {local:%H:%M}  {event.type}: {', '.join(_facts(event.data))}".rstrip(": ")
        why = getattr(event.data, "working_out", None)
        yield from (f"           {line}" for line in (getattr(why, language) if isinstance(why, Lines) else ()))


def _place(event: AnyEvent, by_id: dict[str, AnyEvent]) -> tuple[datetime, int, str, str]:
    return _when(event, by_id), _depth(event, by_id), event.type, event.id


def _depth(event: AnyEvent, by_id: dict[str, AnyEvent]) -> int:
    """How many causes lie before an event. Of a ring, which only who invents causes can make, each is counted once."""
    met, cause = {event.id}, by_id.get(event.causationid)
    while cause is not None and cause.id not in met:
        met.add(cause.id)
        cause = by_id.get(cause.causationid)
    return len(met)


def _when(event: AnyEvent, by_id: dict[str, AnyEvent]) -> datetime:
    """Carriers go by the wall clock, whatever timeline the dossier is on: a message belongs to what it tells of."""
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
