"""Figures of feedback (phản ánh, kiến nghị), counted by the store when asked."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from contracts.envelope import LIVE
from services.rating import queries
from services.rating.adapters.figures import Totals

FeedbackBy = Literal["category", "agency", "month"]


class FeedbackFigure(BaseModel):
    """The feedback of one category, agency or month.

    Attributes:
        key: code of the category or agency, or the month.
        count: all of it.
        in_time: answered until the limit; `late`: after it.
        unlimited: answered, where no limit was set.
        open: not answered yet; of these, `overdue` are past their limit.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    count: int
    in_time: int
    late: int
    unlimited: int
    open: int
    overdue: int


async def feedback_figures(
    store: Totals, by: FeedbackBy, now: datetime, month: str | None = None, timeline: str = LIVE
) -> list[FeedbackFigure]:
    """Figures of one timeline by category, agency or month, in the order of their keys; of one month, if given."""
    rows = await store.aggregate(queries.feedback_by_status(by, month, timeline))
    overdue = await store.aggregate(queries.feedback_overdue(by, month, timeline, now))
    return _figures(rows, {str(row["_id"]): int(row["count"]) for row in overdue})


def _figures(rows: list[dict[str, Any]], overdue: Mapping[str, int]) -> list[FeedbackFigure]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[str(row["_id"]["key"])][row["_id"]["status"]] += int(row["count"])
    return [
        FeedbackFigure(
            key=key,
            count=sum(by_status.values()),
            in_time=by_status["in-time"],
            late=by_status["late"],
            unlimited=by_status["answered"],
            open=by_status["open"],
            overdue=overdue.get(key, 0),
        )
        for key, by_status in sorted(counts.items())
    ]
