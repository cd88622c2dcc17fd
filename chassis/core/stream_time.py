"""When a tick may be acted on: what is known of a timeline, and what follows from it. Pure.

A tick of a timeline is a watermark. In each service it goes through four stages:

1. *told*: the tick was read, in whatever partition.
2. *digested*: the services upstream have passed it, and all that was on the bus by then is on record; by partition.
3. *acted on*: all partitions have digested it, and the documents of this one have been decided; by partition.
4. *passed on*: all partitions have acted on it, and those downstream are told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.watermarks import Upstream

INSTANT = timedelta(microseconds=1)
"""The least difference between two moments."""


class Told(NamedTuple):
    """Somebody says how late it is on a timeline: a tick (no `teller`), or a service that has passed it on."""

    timeline: str
    time: datetime
    teller: str = ""


@dataclass(frozen=True)
class Timeline:
    """How far a service is on a timeline.

    Attributes:
        ticks: those told and not passed on.
        passed: how far each service upstream is.
        digested: up to which tick all is on record, by partition.
        acted: the last tick acted on, by partition.
        passed_on: the last tick that those downstream were told of.
    """

    ticks: frozenset[datetime] = frozenset()
    passed: Mapping[str, datetime] = field(default_factory=dict)
    digested: Mapping[int, datetime] = field(default_factory=dict)
    acted: Mapping[int, datetime] = field(default_factory=dict)
    passed_on: datetime | None = None

    @property
    def waits(self) -> list[datetime]:
        """The ticks that are not passed on, in order."""
        return sorted(one for one in self.ticks if not _reaches(self.passed_on, one))

    def next(self, partition: int) -> datetime | None:
        """The tick that a partition has to act on next."""
        acted = self.acted.get(partition)
        return min((one for one in self.ticks if not _reaches(acted, one)), default=None)

    def has_digested(self, partition: int) -> bool:
        """Whether all is on record for the tick that a partition has to act on next."""
        tick = self.next(partition)
        return tick is not None and _reaches(self.digested.get(partition), tick)

    def not_before(self, moment: datetime) -> datetime:
        """When what is put on record now is taken up: at its own time, but at no tick that was acted on."""
        present = max(self.acted.values(), default=None)
        return moment if present is None else max(moment, present + INSTANT)


def may_digest(timeline: Timeline, partition: int, upstream: Upstream) -> datetime | None:
    """The tick that is digested as soon as all that is on the bus now is on record; None if there is none."""
    tick = timeline.next(partition)
    if tick is None or timeline.has_digested(partition):
        return None
    before = timeline.acted.get(partition)
    answered = all(_reaches(timeline.passed.get(one), tick) for one in upstream.same)
    # Of those that hear this service, what they made of the tick before: somebody has to begin.
    heard = before is None or all(_reaches(timeline.passed.get(one), before) for one in upstream.before)
    return tick if answered and heard else None


def may_act(timeline: Timeline, partition: int, partitions: int) -> datetime | None:
    """The tick that a partition may act on; None if there is none.

    One after the other: what is numbered gets its number in an order that no speed changes.
    """
    tick = timeline.next(partition)
    if tick is None:
        return None
    digested = all(_reaches(timeline.digested.get(one), tick) for one in range(partitions))
    return tick if digested and all(_reaches(timeline.acted.get(one), tick) for one in range(partition)) else None


def whose_turn(timeline: Timeline, owned: Iterable[int], partitions: int) -> dict[int, datetime]:
    """Those of these partitions that may act now, with the tick, which is the same for all of them.

    Those that follow each other act together: what is due is decided by partition.
    """
    turn: dict[int, datetime] = {}
    for partition in sorted(owned):
        tick = may_act(replace(timeline, acted={**timeline.acted, **turn}), partition, partitions)
        if tick is not None and all(tick == one for one in turn.values()):
            turn[partition] = tick
    return turn


def may_pass_on(timeline: Timeline, partitions: int) -> datetime | None:
    """The tick that those downstream may be told of; None if there is none."""
    acted = [timeline.acted.get(one) for one in range(partitions)]
    return next((one for one in timeline.waits if all(_reaches(moment, one) for moment in acted)), None)


def latest(told: Iterable[Told]) -> dict[str, tuple[set[datetime], dict[str, datetime]]]:
    """What was told, by timeline: its ticks, and how far each service is."""
    found: dict[str, tuple[set[datetime], dict[str, datetime]]] = {}
    for one in told:
        ticks, passed = found.setdefault(one.timeline, (set(), {}))
        if one.teller:
            passed[one.teller] = max(one.time, passed.get(one.teller, one.time))
        else:
            ticks.add(one.time)
    return found


def _reaches(moment: datetime | None, tick: datetime) -> bool:
    return moment is not None and moment >= tick
