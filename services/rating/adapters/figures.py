"""Figures of the ratings that count (mức độ hài lòng), added up from what may be shown of them.

No rating may be worked out by subtraction: of two months, of an agency and its officers, of all and one. So ratings are
shown by the month, and only together with enough others: under their officer where there are enough, else under their
agency, else in the sum of all, else not yet. Every difference of two figures is then a sum of enough ratings.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from contracts.envelope import LIVE
from domain.worktime import ZONE

By = Literal["officer", "agency", "channel", "month"]

FEWEST = 5
"""Ratings. Fewer tell more of who rated than of who was rated; with a larger number small units show nothing."""


class Totals(Protocol):
    """The part of the stored states that figures need."""

    async def aggregate(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Figures over the documents as they are stored."""

    async def outdated(self) -> int:
        """How many of them hold a state that other code has folded."""


class Figure(BaseModel):
    """The ratings of one officer, agency, channel or month.

    Attributes:
        key: code of the officer or agency, the channel, or the month.
        count: how many ratings count and are shown here.
        points: given, `of` that could be given; their ratio is `share`.
        hidden: how many more count, and are too few to be shown here.
        suppressed: none is shown.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    count: int
    points: int | None
    of: int | None
    share: float | None
    hidden: int = 0
    suppressed: bool = False


@dataclass(frozen=True)
class Cell:
    """The ratings of one month, agency, officer (or nobody named) and channel."""

    month: str
    agency: str
    officer: str | None
    channel: str
    count: int
    points: int
    of: int


async def figures(store: Totals, by: By, now: datetime, month: str | None = None, timeline: str = LIVE) -> list[Figure]:
    """Figures of one timeline by officer, agency, channel or month, in the order of their keys; of one month, if given.

    The running month of the live timeline is not shown: who asks before and after a rating would see it.
    """
    wanted: dict[str, Any] = {"$lt": now.astimezone(ZONE).strftime("%Y-%m")} if timeline == LIVE else {"$gt": ""}
    months = {**wanted, **({"$eq": month} if month else {})}
    rows = await store.aggregate(_pipeline(months, timeline))
    return shown([Cell(**row["_id"], count=row["count"], points=row["points"], of=row["of"]) for row in rows], by)


def _pipeline(months: Mapping[str, Any], timeline: str) -> list[dict[str, Any]]:
    # The first stage is what the index serves; the second drops the dossier's other ratings.
    wanted = {"state.ratings.month": months, "state.ratings.counted": True, "state.ratings.timeline": timeline}
    cell = {name: f"$state.ratings.{name}" for name in ("month", "agency", "officer", "channel")}
    sums = {name: {"$sum": f"$state.ratings.{name}"} for name in ("points", "of")}
    return [
        {"$match": wanted},
        {"$unwind": "$state.ratings"},
        {"$match": wanted},
        {"$group": {"_id": cell, "count": {"$sum": 1}, **sums}},
    ]


def shown(cells: Sequence[Cell], by: By) -> list[Figure]:
    """What may be shown of these cells, which are all of their months. Pure."""
    officers, rest = _enough((one for one in cells if one.officer), lambda one: (one.month, one.agency, one.officer))
    rest += [one for one in cells if not one.officer]
    agencies, rest = _enough(rest, lambda one: (one.month, one.agency))
    everybody, _ = _enough(rest, lambda one: one.month)
    may = {
        "officer": officers,
        "agency": officers + agencies,
        "channel": officers + agencies + everybody,
        "month": officers + agencies + everybody,
    }[by]
    counted, named = set(may), [one for one in cells if getattr(one, by) is not None]
    return [
        _figure(key, group, counted) for key, group in sorted(_grouped(named, lambda one: getattr(one, by)).items())
    ]


def _enough(cells: Iterable[Cell], key: Callable[[Cell], Hashable]) -> tuple[list[Cell], list[Cell]]:
    """The cells of groups that have enough ratings together, and the others."""
    enough, few = list[Cell](), list[Cell]()
    for group in _grouped(cells, key).values():
        (enough if sum(one.count for one in group) >= FEWEST else few).extend(group)
    return enough, few


def _grouped(cells: Iterable[Cell], key: Callable[[Cell], Any]) -> dict[Any, list[Cell]]:
    groups: dict[Any, list[Cell]] = defaultdict(list)
    for one in cells:
        groups[key(one)].append(one)
    return groups


def _figure(key: str, group: Sequence[Cell], may: set[Cell]) -> Figure:
    count, points, of = (sum(getattr(one, name) for one in group if one in may) for name in ("count", "points", "of"))
    hidden = sum(one.count for one in group if one not in may)
    if not count:
        return Figure(key=key, count=0, points=None, of=None, share=None, hidden=hidden, suppressed=True)
    return Figure(key=key, count=count, points=points, of=of, share=round(points / of, 4), hidden=hidden)
