"""Stream time: how far each timeline is, and when a tick of it may be acted on. Pure.

A tick says that its timeline has reached a moment (a watermark). In each service it goes through four stages:

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
    """A statement of how late it is on a timeline: a tick (no `teller`), or that a service has passed one on."""

    timeline: str
    time: datetime
    teller: str = ""


@dataclass(frozen=True)
class Timeline:
    """The progress of one service on one timeline.

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
        return sorted(tick for tick in self.ticks if not _reaches(self.passed_on, tick))

    def next(self, partition: int) -> datetime | None:
        """The tick that a partition has to act on next."""
        acted = self.acted.get(partition)
        return min((tick for tick in self.ticks if not _reaches(acted, tick)), default=None)

    def has_digested(self, partition: int) -> bool:
        """True if everything is on record for the tick that a partition has to act on next."""
        tick = self.next(partition)
        return tick is not None and _reaches(self.digested.get(partition), tick)

    def not_before(self, moment: datetime) -> datetime:
        """The earliest moment at which a fact put on record now is decided: its own, if no tick was acted on there."""
        present = max(self.acted.values(), default=None)
        return moment if present is None else max(moment, present + INSTANT)


def may_digest(timeline: Timeline, partition: int, upstream: Upstream) -> datetime | None:
    """The tick that is digested as soon as all that is on the bus now is on record; None if there is none."""
    tick = timeline.next(partition)
    if tick is None or timeline.has_digested(partition):
        return None
    before = timeline.acted.get(partition)
    answered = all(_reaches(timeline.passed.get(service), tick) for service in upstream.same)
    # Services that read this one's events as well answer for the tick before. Otherwise each would wait for the other.
    heard = before is None or all(_reaches(timeline.passed.get(service), before) for service in upstream.before)
    return tick if answered and heard else None


def may_act(timeline: Timeline, partition: int, partitions: int) -> datetime | None:
    """The tick that a partition may act on; None if there is none.

    Partitions act one after the other. So numbers are given in an order that does not depend on speed.
    """
    tick = timeline.next(partition)
    if tick is None:
        return None
    digested = all(_reaches(timeline.digested.get(other), tick) for other in range(partitions))
    acted_before = all(_reaches(timeline.acted.get(other), tick) for other in range(partition))
    return tick if digested and acted_before else None


def whose_turn(timeline: Timeline, owned: Iterable[int], partitions: int) -> dict[int, datetime]:
    """The owned partitions that may act now, each with the tick, which is the same for all of them.

    Partitions that follow each other act together. Due documents are decided by partition.
    """
    turn: dict[int, datetime] = {}
    for partition in sorted(owned):
        tick = may_act(replace(timeline, acted={**timeline.acted, **turn}), partition, partitions)
        if tick is not None and all(tick == other for other in turn.values()):
            turn[partition] = tick
    return turn


def may_pass_on(timeline: Timeline, partitions: int) -> datetime | None:
    """The tick that those downstream may be told of; None if there is none."""
    acted = [timeline.acted.get(partition) for partition in range(partitions)]
    return next((tick for tick in timeline.waits if all(_reaches(moment, tick) for moment in acted)), None)


def latest(told: Iterable[Told]) -> dict[str, tuple[set[datetime], dict[str, datetime]]]:
    """All that was told, by timeline: its ticks, and how far each service is."""
    found: dict[str, tuple[set[datetime], dict[str, datetime]]] = {}
    for timeline, time, teller in told:
        ticks, passed = found.setdefault(timeline, (set(), {}))
        if teller:
            passed[teller] = max(time, passed.get(teller, time))
        else:
            ticks.add(time)
    return found


def _reaches(moment: datetime | None, tick: datetime) -> bool:
    return moment is not None and moment >= tick
