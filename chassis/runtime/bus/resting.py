"""Partitions that can not be read: each rests where it stands, and is tried again with back-off, while others go on."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import structlog
from aiokafka import TopicPartition

from chassis.runtime.bus.trouble import UNKNOWN, Trouble, kind_of, told
from chassis.runtime.telemetry.observe import Observer

log = structlog.get_logger(__name__)

FIRST_REST, LONGEST_REST = 1.0, 30.0
"""Seconds until a partition is tried again, doubled each time. An order to skip is seen then: longer, and the operator
waits; shorter, and the log fills."""


@dataclass(frozen=True)
class _Rest:
    """The trouble of one partition, how often it was tried, and the end of its rest or, on trial, of its trial."""

    trouble: Trouble
    tries: int
    until: float
    on_trial: bool = False


class Resting:
    """All of them, of one consumer."""

    def __init__(self, consumer: Any, observer: Observer) -> None:
        self._consumer = consumer
        self._observer = observer
        self._rests: dict[TopicPartition, _Rest] = {}

    @property
    def troubles(self) -> list[Trouble]:
        """The troubles of the partitions that rest, one for each."""
        return [rest.trouble for rest in self._rests.values()]

    def has(self, place: TopicPartition) -> bool:
        """True if this partition is not to be asked now."""
        return place in self._rests and not self._rests[place].on_trial

    def clear(self) -> None:
        """Partitions were assigned anew: all are tried."""
        self._rests.clear()

    def put(self, place: TopicPartition, offset: int, error: Exception) -> None:
        """Let it rest: it raised this when it was asked alone."""
        tries = self._rests[place].tries + 1 if place in self._rests else 0
        trouble = Trouble(kind_of(error), told(error), place, offset)
        self._consumer.pause(place)
        self._rests[place] = _Rest(trouble, tries, now() + min(FIRST_REST * 2**tries, LONGEST_REST))
        tell(trouble, self._observer)

    def rested(self) -> Iterator[tuple[TopicPartition, int]]:
        """The partitions whose rest is over, and the offset at which each stands."""
        for place, rest in list(self._rests.items()):
            if rest.until > now():
                continue
            if rest.on_trial:
                self._mended(place)  # it had its time, and did not raise again
            else:
                yield place, rest.trouble.offset

    def wake(self, place: TopicPartition, until: float) -> None:
        """Try it again; it stays on the list until records come of it, or nothing went wrong for so long."""
        self._consumer.resume(place)
        self._rests[place] = replace(self._rests[place], until=until, on_trial=True)

    def moved(self, place: TopicPartition, offset: int) -> None:
        """It was read up to here."""
        if place in self._rests and offset > self._rests[place].trouble.offset:
            self._mended(place)

    def _mended(self, place: TopicPartition) -> None:
        del self._rests[place]
        log.info("bus.fetch-mended", topic=place.topic, partition=place.partition)


def tell(trouble: Trouble, observer: Observer) -> None:
    """Say that a fetch raised; never in silence."""
    topic, partition = trouble.place or ("", UNKNOWN)
    observer.fetch_failed(trouble.kind)
    log.warning(
        "bus.fetch-failed",
        topic=topic,
        partition=partition,
        offset=trouble.offset,
        reason=trouble.kind,
        error=trouble.error,
    )


def now() -> float:
    """The loop's clock, seconds."""
    return asyncio.get_running_loop().time()
