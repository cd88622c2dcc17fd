"""One batch, or one page of a sweep, on its way through the loop, and what it came to."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from chassis.core.job import Job
from chassis.core.settle import Settlement
from chassis.runtime.bus.record import Message


@dataclass
class Tally:
    """The figures of one batch, counted in events, for metrics and logs."""

    accepted: int = 0
    duplicates: int = 0
    unknown: int = 0
    dead: int = 0
    conflicts: int = 0
    published: int = 0


@dataclass
class Round:
    """One batch, or one page of a sweep, on its way.

    Attributes:
        now: the moment of a sweep, by its timeline's clock; None for a batch.
        dead: dead letters, and answers to senders, to be published at the end.
        tally: its figures so far.
    """

    now: datetime | None = None
    dead: list[Message] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)


class Settled(NamedTuple):
    """A decided document, and the orders for it."""

    job: Job
    settlement: Settlement
