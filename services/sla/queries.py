"""What is asked of the stored states of sla: the only place that names their paths."""

from typing import Any

INDEXES = (("phase", "overdue"),)
"""The register of the backlog reads what is open and overdue."""

Query = dict[str, Any]


def backlog(timeline: str, after: str, limit: int, *, explained: bool | None) -> list[Query]:
    """A page of the backlog (hồ sơ tồn đọng), by code: the pipeline of an aggregation.

    Args:
        timeline: of this clock.
        after: the code that the page before ended with.
        limit: how many at most; one more is asked for, to know whether another page follows.
        explained: only what is explained, or only what is not.
    """
    wanted = {
        "state.phase": "open",
        "state.overdue": True,
        "state.kind": "dossier",
        "state.timeline": timeline,
        "_id": {"$gt": after},
    }
    if explained is not None:
        wanted["state.explained"] = explained
    return [{"$match": wanted}, {"$sort": {"_id": 1}}, {"$limit": limit + 1}, {"$project": {"state": 1}}]


def open_on(timeline: str) -> Query:
    """Dossiers and complaints that have not ended, on one clock."""
    return {"state.phase": "open", "state.timeline": timeline}


def overdue(here: Query) -> Query:
    """Dossiers that were late, ended or not, among those that another query finds."""
    return {**here, "state.overdue": True, "state.kind": "dossier"}
