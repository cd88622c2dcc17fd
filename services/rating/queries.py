"""The questions that are asked of rating's stored states. No other module names a path of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from services.rating.state import State

INDEXES: tuple[tuple[str, ...], ...] = (("ratings.month",), ("feedback.month",), ("feedback.dossier",))
"""The fields that are searched: figures are asked for by month, words by their dossier. Each index costs every save."""

Query = Mapping[str, Any]
Pipeline = list[Mapping[str, Any]]
"""Stages of an aggregation that the store carries out."""


_STATE = TypeAdapter(State)


def of_document(key: str) -> Query:
    """The one document of a dossier, by its code, or of a feedback, by its id."""
    return {"_id": key}


def feedback_about(dossier: str) -> Query:
    """All feedback about one dossier; the index serves it."""
    return {"state.feedback.dossier": dossier}


def restored(stored: Mapping[str, Any]) -> State:
    """The state that was stored."""
    return _STATE.validate_python(stored)


def counted_cells(months: Mapping[str, Any], timeline: str) -> Pipeline:
    """The ratings that count, by month, agency, officer and channel.

    Args:
        months: condition on the month, for example ``{"$lt": "2026-03"}``.
        timeline: the clock that the ratings are told by.

    Returns:
        Stages that yield rows of `_id` (the four), `count`, `points` and `of`.
    """
    # The first stage is what the index serves; the third drops the dossier's other ratings.
    wanted = {"state.ratings.month": months, "state.ratings.counted": True, "state.ratings.timeline": timeline}
    cell = {name: f"$state.ratings.{name}" for name in ("month", "agency", "officer", "channel")}
    sums = {name: {"$sum": f"$state.ratings.{name}"} for name in ("points", "of")}
    return [
        {"$match": wanted},
        {"$unwind": "$state.ratings"},
        {"$match": wanted},
        {"$group": {"_id": cell, "count": {"$sum": 1}, **sums}},
    ]


def counted_points(timeline: str) -> Pipeline:
    """All ratings that count in one row: `count`, `points` given and `of` that could be given; no row without any."""
    sums = {name: {"$sum": f"$state.ratings.{name}"} for name in ("points", "of")}
    return [
        {"$unwind": "$state.ratings"},
        {"$match": {"state.ratings.counted": True, "state.ratings.timeline": timeline}},
        {"$group": {"_id": None, "count": {"$sum": 1}, **sums}},
    ]


def feedback_by_status(by: str, month: str | None, timeline: str) -> Pipeline:
    """The feedback of one timeline, of one month if given: rows of `_id` (`key`, which is `by`; `status`), `count`."""
    return [
        {"$match": _feedback(month, timeline)},
        {
            "$group": {
                "_id": {"key": f"$state.feedback.{by}", "status": "$state.feedback.status"},
                "count": {"$sum": 1},
            }
        },
    ]


def feedback_overdue(by: str, month: str | None, timeline: str, now: datetime) -> Pipeline:
    """The same, of what is not answered yet and past its limit: rows of `_id`, which is `by`, and `count`."""
    # Limits run out at whole seconds, so their texts sort as the moments do.
    past = {"$gt": "", "$lt": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    return [
        {"$match": {**_feedback(month, timeline), "state.feedback.status": "open", "state.feedback.due": past}},
        {"$group": {"_id": f"$state.feedback.{by}", "count": {"$sum": 1}}},
    ]


def _feedback(month: str | None, timeline: str) -> dict[str, Any]:
    # A month stands in every feedback and in no dossier; the index serves it.
    return {"state.feedback.month": month or {"$gt": ""}, "state.feedback.timeline": timeline}
