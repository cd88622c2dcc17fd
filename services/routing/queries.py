"""The questions that are asked of routing's stored states. No other module names a path of them."""

from collections.abc import Mapping
from typing import Any

INDEXES: tuple[tuple[str, ...], ...] = (("phase",),)
"""The fields that are searched: status asks for open dossiers. Each index costs every save."""

OPEN = ("processing", "suspended")
"""Phases of a dossier that somebody holds."""

Pipeline = list[Mapping[str, Any]]
"""Stages of an aggregation that the store carries out."""


def of_dossier(code: str) -> Mapping[str, Any]:
    """The one document of a dossier."""
    return {"_id": code}


def holding(state: Mapping[str, Any]) -> tuple[str, ...]:
    """The agencies that hold a dossier now, as its stored state says; nobody holds one that has ended."""
    return tuple(state["holding"]) if state["phase"] in OPEN else ()


def by_phase(timeline: str) -> Pipeline:
    """The number of dossiers in each phase: rows of `_id`, the phase, and `n`."""
    return [{"$match": {"state.timeline": timeline}}, {"$group": {"_id": "$state.phase", "n": {"$sum": 1}}}]


def by_holder(timeline: str) -> Pipeline:
    """The number of open dossiers that each agency holds, the most first: rows of `_id`, the agency, and `n`."""
    return [
        {"$match": {"state.timeline": timeline, "state.phase": {"$in": list(OPEN)}}},
        {"$unwind": "$state.holding"},
        {"$group": {"_id": "$state.holding", "n": {"$sum": 1}}},
        {"$sort": {"n": -1, "_id": 1}},
    ]
