"""Numbers about numbers, and whether a target is reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Spread:
    """The results of several rounds: the middle one, and the extremes."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of at least one value."""
        return cls(median(values), min(values), max(values))

    @classmethod
    def of_ratios(cls, upper: Sequence[float], lower: Sequence[float]) -> "Spread":
        """Of the ratios of two contenders, round by round: what disturbed one round disturbed both."""
        return cls.of([value / other for value, other in zip(upper, lower, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed (nearest rank)."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        measure: what was measured.
        spread: what came out.
        unit: of it.
        bound: what has to be reached; None where the figure is only stated.
        sense: whether more is better.
        digits: after the point.
    """

    measure: str
    spread: Spread
    unit: str = ""
    bound: float | None = None
    sense: Literal["at least", "at most"] = "at least"
    digits: int = 2

    @property
    def reached(self) -> bool | None:
        """The middle figure reaches the bound; None without a bound."""
        if self.bound is None:
            return None
        return self.spread.middle >= self.bound if self.sense == "at least" else self.spread.middle <= self.bound

    @property
    def verdict(self) -> str:
        """`yes`, or by how much the bound is missed."""
        if self.reached is None or self.bound is None:
            return "stated"
        if self.reached:
            return "yes"
        return f"no, by {abs(self.spread.middle - self.bound) / self.bound:.0%}"

    @property
    def target(self) -> str:
        """The bound as text."""
        if self.bound is None:
            return "stated"
        sign = "≥" if self.sense == "at least" else "≤"
        return f"{sign} {self.bound:,g} {self.unit}".rstrip()

    def text(self, value: float) -> str:
        """A value as it stands in the table."""
        return f"{value:,.{self.digits}f}"
