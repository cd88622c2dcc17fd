"""The result of a pure `decide`: events to publish, effects to carry out, and when to be asked again."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contracts.envelope import LIVE, AnyEvent


@dataclass(frozen=True)
class Timer:
    """Ask again at `at`, as told by the clock of `timeline`."""

    at: datetime
    timeline: str = LIVE


@dataclass(frozen=True)
class Allotment:
    """A request for a number: the next of `series`, once for `holder`, without gap or repeat.

    Attributes:
        series: what is counted, for example a unit's dossiers of one day.
        holder: who gets the number; asking again gives the same one.
        then: the event that follows from the number, from 1; pure.
    """

    series: str
    holder: str
    then: Callable[[int], AnyEvent]


@dataclass(frozen=True)
class Effect:
    """Something to do in the outside world, at least once; `key` tells repeats."""

    key: str
    order: Hashable


class ReportRow(NamedTuple):
    """The part of one document that reports need. With it they read a twentieth of what is stored.

    Attributes:
        place: what it is found by; lines are read by ranges of this text.
        text: the rest, as the service writes and reads it.
    """

    place: str
    text: str


@dataclass(frozen=True)
class Decision:
    """The consequences of a state at a moment.

    Attributes:
        events: every event that should exist by now; those already on record are dropped by their identity.
        timer: when to decide again although nothing arrived.
        effects: what is still to be done outside.
        allotment: a number without which the decision cannot be finished.
    """

    events: tuple[AnyEvent, ...] = ()
    timer: Timer | None = None
    effects: tuple[Effect, ...] = ()
    allotment: Allotment | None = None
