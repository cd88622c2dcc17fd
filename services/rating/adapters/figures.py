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
from services.rating import queries

By = Literal["officer", "agency", "channel", "month"]

FEWEST = 5
"""The least number of ratings that are shown together.

With fewer, a figure tells more of who rated than of who was rated; with more, small units show nothing.
"""


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
    rows = await store.aggregate(queries.counted_cells(months, timeline))
    return shown([Cell(**row["_id"], count=row["count"], points=row["points"], of=row["of"]) for row in rows], by)


def shown(cells: Sequence[Cell], by: By) -> list[Figure]:
    """The figures that may be shown of these cells, which are all of their months. Pure."""
    named, rest = [cell for cell in cells if cell.officer], [cell for cell in cells if not cell.officer]
    officers, few = _enough(named, lambda cell: (cell.month, cell.agency, cell.officer))
    agencies, few = _enough(few + rest, lambda cell: (cell.month, cell.agency))
    everybody, _ = _enough(few, lambda cell: cell.month)
    may = {
        "officer": officers,
        "agency": officers + agencies,
        "channel": officers + agencies + everybody,
        "month": officers + agencies + everybody,
    }[by]
    counted, keyed = set(may), [cell for cell in cells if getattr(cell, by) is not None]
    groups = _grouped(keyed, lambda cell: getattr(cell, by))
    return [_figure(key, group, counted) for key, group in sorted(groups.items())]


def _enough(cells: Iterable[Cell], key: Callable[[Cell], Hashable]) -> tuple[list[Cell], list[Cell]]:
    """The cells of groups that have enough ratings together, and the others."""
    enough, few = list[Cell](), list[Cell]()
    for group in _grouped(cells, key).values():
        (enough if sum(cell.count for cell in group) >= FEWEST else few).extend(group)
    return enough, few


def _grouped(cells: Iterable[Cell], key: Callable[[Cell], Any]) -> dict[Any, list[Cell]]:
    groups: dict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[key(cell)].append(cell)
    return groups


def _figure(key: str, group: Sequence[Cell], may: set[Cell]) -> Figure:
    shown_cells = [cell for cell in group if cell in may]
    count, points, of = (sum(getattr(cell, name) for cell in shown_cells) for name in ("count", "points", "of"))
    hidden = sum(cell.count for cell in group if cell not in may)
    if not count:
        return Figure(key=key, count=0, points=None, of=None, share=None, hidden=hidden, suppressed=True)
    return Figure(key=key, count=count, points=points, of=of, share=round(points / of, 4), hidden=hidden)
