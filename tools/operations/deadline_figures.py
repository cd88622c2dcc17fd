"""How deadlines were kept, added up from the lines of the deadline watch. Pure.

What each figure means is told in docs/figures.md.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from services.sla.report_row import OPEN, DossierRow, StepRow, dossier_in, steps_in

HOUR = 3600
"""Seconds."""

CAUSES = ("supplement", "payment", "force-majeure")
"""Causes of pauses that always have a column; others have one where they occur."""

KEYS = {"agency": ("agency",), "step": ("procedure", "step"), "procedure": ("procedure",), "month": ("month",)}
"""By what figures can be told, and the columns that name a row."""

DOSSIER_KEYS: Mapping[str, Callable[[DossierRow], str]] = {
    "agency": attrgetter("agency"),
    "procedure": attrgetter("procedure"),
    "month": attrgetter("month"),
}

Key = tuple[str, ...]
Row = dict[str, Any]


@dataclass
class Sums:
    """The sums of one row, or of all rows together.

    Attributes:
        used: seconds of working time of each that ended with a verdict.
        shares: the same as a share of the time allowed.
        lost: seconds beyond the limits of late attempts, by step.
    """

    received: int = 0
    in_time: int = 0
    overdue: int = 0
    returns: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    used: list[int] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    pauses: Counter[str] = field(default_factory=Counter)
    paused: Counter[str] = field(default_factory=Counter)

    def add(self, one: DossierRow | StepRow, now: float) -> None:
        """Count one more."""
        self.received += 1
        self.returns += one.returns
        if one.how == OPEN:
            self.overdue += (late := one.due is not None and now > one.due)
            self.in_time += not late
        else:
            self.ended[one.how] += 1
            if one.how:
                self.used.append(one.used)
                self.shares.append(one.used / one.allowed if one.allowed else 0.0)
        for cause, times, seconds in one.pauses:
            self.pauses[cause] += times
            self.paused[cause] += seconds


@dataclass(frozen=True)
class Figures:
    """A report.

    Attributes:
        by: agency, step, procedure or month.
        now: by which moment it is told what is overdue.
    """

    by: str
    timeline: str
    now: datetime
    rows: tuple[Row, ...]
    total: Row


class Tally:
    """Lines of dossiers, added up page by page.

    Attributes:
        by: one of `KEYS`.
        timeline: of the dossiers; only named.
        now: by which moment it is told what is overdue.
    """

    def __init__(self, by: str, timeline: str, now: datetime) -> None:
        self.by, self.timeline, self.now = by, timeline, now
        self._sums = defaultdict[Key, Sums](Sums)

    def add(self, texts: Iterable[str]) -> None:
        """Count more lines."""
        if self.by == "step":
            self._add_steps(texts)
        else:
            self._add_dossiers(texts)

    def _add_dossiers(self, texts: Iterable[str]) -> None:
        key, moment, sums = DOSSIER_KEYS[self.by], self.now.timestamp(), self._sums
        for line in map(dossier_in, texts):
            found = sums[key(line),]
            found.add(line, moment)
            for step, _, seconds in line.losses:
                found.lost[step] += seconds

    def _add_steps(self, texts: Iterable[str]) -> None:
        moment, sums = self.now.timestamp(), self._sums
        for text in texts:
            procedure = dossier_in(text).procedure
            for line in steps_in(text):
                found = sums[procedure, line.step]
                found.add(line, moment)
                if line.how == "late":
                    found.lost[line.step] += max(0, line.used - line.allowed)

    def figures(self) -> Figures:
        """The report; its rows in the order of their names."""
        sums = self._sums
        causes = sorted({cause for row in sums.values() for cause in row.pauses} - set(CAUSES))
        slowest = _slowest_steps(sums) if self.by == "step" else {key: _most(row.lost) for key, row in sums.items()}
        total, names = _total(sums.values()), KEYS[self.by]
        rows = (
            dict(zip(names, key, strict=True)) | _row(row, slowest[key], causes) for key, row in sorted(sums.items())
        )
        return Figures(self.by, self.timeline, self.now, tuple(rows), _row(total, _most(total.lost), causes))


def _slowest_steps(sums: Mapping[Key, Sums]) -> dict[Key, str]:
    """The step that loses the most time in each row's procedure."""
    lost: dict[str, Counter[str]] = {}
    for (procedure, _), row in sums.items():
        lost.setdefault(procedure, Counter()).update(row.lost)
    return {key: _most(lost[key[0]]) for key in sums}


def _most(lost: Mapping[str, int]) -> str:
    """The step with the most; of several the first by name. Empty where none loses any."""
    return min((step for step in lost if lost[step] > 0), key=lambda step: (-lost[step], step), default="")


def _total(sums: Iterable[Sums]) -> Sums:
    total = Sums()
    for row in sums:
        for name in vars(total):
            mine, more = getattr(total, name), getattr(row, name)
            if isinstance(mine, Counter):
                mine.update(more)
            elif isinstance(mine, list):
                mine.extend(more)
            else:
                setattr(total, name, mine + more)
    return total


def _row(sums: Sums, slowest: str, causes: Iterable[str]) -> Row:
    used, shares = sorted(sums.used), sorted(sums.shares)
    return {
        "received": sums.received,
        "early": sums.ended["early"],
        "on_time": sums.ended["on-time"],
        "late": sums.ended["late"],
        "unjudged": sums.ended[""],
        "in_time": sums.in_time,
        "overdue": sums.overdue,
        "median_hours": _hours(percentile(used, 50)),
        "p95_hours": _hours(percentile(used, 95)),
        "median_of_limit": _rounded(percentile(shares, 50)),
        "p95_of_limit": _rounded(percentile(shares, 95)),
        "lost_hours": _hours(sum(sums.lost.values())),
        "slowest_step": slowest,
        "returns": sums.returns,
        "pauses": {
            cause: {"count": sums.pauses[cause], "hours": _hours(sums.paused[cause])} for cause in (*CAUSES, *causes)
        },
    }


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """The least value that at least `percent` in a hundred do not exceed (nearest rank); None without values."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / HOUR, 2)


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)
