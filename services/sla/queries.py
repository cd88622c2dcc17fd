"""The questions that are asked of sla's stored states. No other module names a path of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

INDEXES: tuple[tuple[str, ...], ...] = (("phase", "overdue"),)
"""The fields that are searched together: the backlog is what is open and overdue. Each index costs every save."""

Query = Mapping[str, Any]
Pipeline = list[Mapping[str, Any]]
"""Stages of an aggregation that the store carries out."""


class Announced(NamedTuple):
    """One announcement of another calendar that a document has on record.

    Attributes:
        id: of the event that announced it.
        source: who announced it; empty where an old state does not say.
        days: the days that it speaks of, as ISO dates.
    """

    id: str
    source: str
    days: tuple[str, ...]


class Announcements(NamedTuple):
    """What a document was told of the calendar, as its stored state says.

    Attributes:
        received_at: when the dossier was received, or the complaint submitted.
        correlation: id of the submission that it all began with.
        standing: the announcements that were not taken back.
        known: ids of all announcements, taken back or not.
    """

    received_at: datetime
    correlation: str
    standing: tuple[Announced, ...]
    known: frozenset[str]


def announcements(state: Mapping[str, Any]) -> Announcements:
    """Read a stored state."""
    taken_back = {retraction["announcement"] for retraction in state.get("retractions", ())}
    found = [
        Announced(amendment["id"], amendment.get("source", ""), tuple(day["on"] for day in amendment["days"]))
        for amendment in state["amendments"]
    ]
    return Announcements(
        received_at=datetime.fromisoformat(state["received_at"]),
        correlation=state["correlation"],
        standing=tuple(announced for announced in found if announced.id not in taken_back),
        known=frozenset(announced.id for announced in found),
    )


def of_dossier(code: str) -> Query:
    """The one document of a dossier."""
    return {"_id": code}


def under_way(timeline: str) -> Query:
    """Dossiers and complaints that have not ended."""
    return {"state.phase": "open", "state.timeline": timeline}


def late(timeline: str) -> Query:
    """Dossiers whose appointment was missed, whether they have ended since or not."""
    return {"state.timeline": timeline, "state.kind": "dossier", "state.overdue": True}


def due_soon(timeline: str) -> Query:
    """Open dossiers whose appointment comes near."""
    return {**under_way(timeline), "state.kind": "dossier", "state.due_soon": True, "state.overdue": False}


def escalations(timeline: str) -> Pipeline:
    """How many rungs were climbed: one row with `n`, or none."""
    return [
        {"$match": {"state.timeline": timeline}},
        {"$group": {"_id": None, "n": {"$sum": "$state.escalations"}}},
    ]


def backlog(timeline: str, after: str, *, explained: bool | None) -> Query:
    """The backlog (hồ sơ tồn đọng): dossiers that are open and overdue.

    Args:
        timeline: the clock that the dossiers are on.
        after: only codes that come after this one; empty for all.
        explained: only what is explained, or only what is not; None for both.
    """
    wanted = {**under_way(timeline), "state.overdue": True, "state.kind": "dossier", "_id": {"$gt": after}}
    return wanted if explained is None else {**wanted, "state.explained": explained}
