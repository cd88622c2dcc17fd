"""The history of a dossier, in a form in which two dossiers that lived the same life are equal."""

from collections.abc import Sequence
from typing import Any

from contracts.envelope import AnyEvent
from contracts.routing import DossierTransferred
from interop.listening import SAID

History = tuple[tuple[str, str], ...]

SIGNED_BY = "signed_by"
"""The key that signed what an event answers: no two lives have the same."""

MOMENTS = ("deadline", "target", "appointment_date", "claimed_at", "clock_since", "working_out")
"""Fields that follow from when a life was played."""


def history(events: Sequence[AnyEvent]) -> History:
    """Type and data of every event, in order; codes, ids and moments, which no two dossiers share, are named instead.

    Of one moment a hand-over comes last: a client may report twice in it, that it holds the dossier and that it is
    done.
    """
    names = {event.id: f"<id of {event.type}>" for event in events}
    names |= {event.causationid: "<id of the cause>" for event in events if event.causationid}
    names |= {event.subject: "<dossier>" for event in events}
    names |= {event.correlationid: "<submission>" for event in events}
    ordered = sorted(
        events, key=lambda event: (event.time, event.type == DossierTransferred.TYPE, SAID.index(event.type))
    )
    return tuple((event.type, _plain(event.data.model_dump(mode="json"), names)) for event in ordered)


def _plain(data: dict[str, Any], names: dict[str, str]) -> str:
    kept = {name: value for name, value in data.items() if name not in (*MOMENTS, SIGNED_BY) and value is not None}
    text = repr(sorted(kept.items()))
    for known in sorted(names, key=len, reverse=True):
        text = text.replace(known, names[known])
    return text
