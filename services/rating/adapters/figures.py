"""Figures of the ratings that count (mức độ hài lòng), added up by the store when asked."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

By = Literal["officer", "agency", "channel", "month"]

FEWEST = 5
"""Fewer ratings of one officer tell more of who rated than of who was rated, so they are not shown."""


class Totals(Protocol):
    """The part of the store that figures need."""

    async def aggregate(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Figures over the documents."""


class Figure(BaseModel):
    """The ratings of one officer, agency, channel or month.

    Attributes:
        key: code of the officer or agency, the channel, or the month.
        count: how many ratings count.
        points: given, `of` that could be given; their ratio is `share`.
        suppressed: too few to be shown.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    count: int
    points: int | None
    of: int | None
    share: float | None
    suppressed: bool = False


async def figures(store: Totals, by: By, month: str | None = None) -> list[Figure]:
    """Figures by officer, agency, channel or month, in the order of their keys; of one month, if it is given."""
    rows = await store.aggregate(_pipeline(by, month))
    return sorted((_figure(by, row) for row in rows), key=lambda one: one.key)


def _pipeline(by: By, month: str | None) -> list[dict[str, Any]]:
    # The first stage is what the index serves; the second drops the dossier's other ratings.
    wanted = {"state.ratings.published": True, **({"state.ratings.month": month} if month else {})}
    named = {f"state.ratings.{by}": {"$ne": None}}
    sums = {name: {"$sum": f"$state.ratings.{name}"} for name in ("points", "of")}
    return [
        {"$match": wanted},
        {"$unwind": "$state.ratings"},
        {"$match": {**wanted, **named} if by != "month" else wanted},
        {"$group": {"_id": f"$state.ratings.{by}", "count": {"$sum": 1}, **sums}},
    ]


def _figure(by: By, row: Mapping[str, Any]) -> Figure:
    key, count, points, of = str(row["_id"]), int(row["count"]), int(row["points"]), int(row["of"])
    if by == "officer" and count < FEWEST:
        return Figure(key=key, count=count, points=None, of=None, share=None, suppressed=True)
    return Figure(key=key, count=count, points=points, of=of, share=round(points / of, 4))
