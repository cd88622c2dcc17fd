"""The loop tells its observers what happens, in a few calls a batch: watching costs next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from chassis.runtime.received import Received

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from chassis.core.arrival import Arrival
    from chassis.core.job import Job
    from chassis.runtime.bus.record import Record
    from contracts.envelope import AnyEvent

ACCEPTED = "accepted"
"""New, and kept."""

DUPLICATE = "duplicate"
"""On record already; nothing changes."""

REFUSED = "refused"
"""Readable, and a dead letter: its document can not take it in."""

UNDECIDED = "undecided"
"""Readable, and a dead letter: the service can not decide its document."""

UNREADABLE = "unreadable"
"""A dead letter, because it can not be read."""

UNKNOWN = "unknown-type"
"""Skipped: a type that this version does not know."""

RESULTS = (ACCEPTED, DUPLICATE, REFUSED, UNDECIDED, UNREADABLE, UNKNOWN)
"""Everything that can become of a record."""

DEAD = (REFUSED, UNDECIDED, UNREADABLE)
"""The results that end as a dead letter."""


class Observer:
    """Watches one loop; this one does nothing. Others override the calls that they want."""

    def took(self, arrivals: Mapping[str, Sequence[Arrival]], jobs: Mapping[str, Job]) -> None:
        """These arrivals were folded, decided and saved, each with its document's job; nothing is published yet."""

    def emitted(self, events: Sequence[AnyEvent]) -> None:
        """The bus has acknowledged these events of the service's own."""

    def skipped(self, record: Record, result: str) -> None:
        """This record never reached a document: UNREADABLE or UNKNOWN."""

    def conflicts(self, number: int) -> None:
        """So many saves lost their guard to another instance, and are decided again."""

    def swept(self, jobs: Iterable[Job], now: datetime) -> None:
        """These documents' timers were handled, at this moment of their timeline; `due` still says when it was time."""

    def batch(self, records: int, seconds: float) -> None:
        """A batch went all the way, in so many seconds."""

    def retried(self) -> None:
        """The world was down: the batch or sweep at work is tried again."""

    def fetch_failed(self, kind: str) -> None:
        """A fetch raised; what kind of trouble it is, see `chassis.runtime.bus.trouble`."""


NOBODY = Observer()


class Observers(Observer):
    """Several at once."""

    def __init__(self, *watching: Observer) -> None:
        self._watching = watching

    @override
    def took(self, arrivals: Mapping[str, Sequence[Arrival]], jobs: Mapping[str, Job]) -> None:
        for observer in self._watching:
            observer.took(arrivals, jobs)

    @override
    def emitted(self, events: Sequence[AnyEvent]) -> None:
        for observer in self._watching:
            observer.emitted(events)

    @override
    def skipped(self, record: Record, result: str) -> None:
        for observer in self._watching:
            observer.skipped(record, result)

    @override
    def conflicts(self, number: int) -> None:
        for observer in self._watching:
            observer.conflicts(number)

    @override
    def swept(self, jobs: Iterable[Job], now: datetime) -> None:
        for observer in self._watching:
            observer.swept(jobs, now)

    @override
    def batch(self, records: int, seconds: float) -> None:
        for observer in self._watching:
            observer.batch(records, seconds)

    @override
    def retried(self) -> None:
        for observer in self._watching:
            observer.retried()

    @override
    def fetch_failed(self, kind: str) -> None:
        for observer in self._watching:
            observer.fetch_failed(kind)


def results(arrivals: Mapping[str, Sequence[Arrival]], jobs: Mapping[str, Job]) -> Iterator[tuple[Received, str]]:
    """The result of each arrival from the bus. Outcomes of effects did not come from there, and are left out."""
    for key, found in arrivals.items():
        job = jobs[key]
        if len(job.fresh) == len(found) and not job.failed:
            # The usual case, and the one that has to be cheap.
            for arrival in found:
                if isinstance(arrival, Received):
                    yield arrival, ACCEPTED
            continue
        fresh = {id(arrival) for arrival in job.fresh}
        refused = {id(arrival) for arrival, _ in job.refused}
        for arrival in found:
            if isinstance(arrival, Received):
                new = (UNDECIDED if job.failed else ACCEPTED) if id(arrival) in fresh else DUPLICATE
                yield arrival, REFUSED if id(arrival) in refused else new
