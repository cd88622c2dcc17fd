"""Progress of a subscription: records that wait to be handled, and records that wait for an open transaction."""

import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import TopicPartition

from chassis.runtime.bus.reading import Reading
from chassis.runtime.bus.record import Record


class Progress:
    """Looks at a consumer and at what was handed over of it.

    Two ends of a partition are told apart. Behind the *last stable offset* stands an open transaction: nothing from
    there on can be read until its sender commits or aborts it. The *high watermark* is where the partition ends.
    """

    def __init__(self, consumer: Any, reading: Reading) -> None:
        self._consumer = consumer
        self._reading = reading
        self._ends: dict[TopicPartition, int] = {}
        self._still: dict[TopicPartition, tuple[int, float]] = {}

    async def digested(self, unfinished: Iterable[Record]) -> bool:
        """True if everything that was on the bus at the last call is digested by now.

        After an outage the bus may hold, unread, what happened in time. Who looks at the wall clock first would call
        it late. What an open transaction withholds is on the bus, too: it is waited for, as long as the broker lets
        a transaction be open.
        """
        places, highwater = self._consumer.assignment(), self._consumer.highwater
        if not places or any(highwater(place) is None for place in places):
            return False
        handled = await self._handled(places, unfinished)
        done = all(handled[place] >= self._ends.get(place, sys.maxsize) for place in places)
        if done or set(self._ends) != places:
            self._ends = {place: highwater(place) for place in places}
        return done

    async def reached(self, ends: Mapping[TopicPartition, int], unfinished: Iterable[Record]) -> bool:
        """True if every record before these ends is digested."""
        if not self._consumer.assignment() >= ends.keys():
            return False
        handled = await self._handled(ends, unfinished)
        return all(handled[place] >= end for place, end in ends.items())

    async def lags(self, unfinished: Iterable[Record]) -> dict[tuple[str, int], int]:
        """Offsets of each partition that can be read and are not handled; the end is the last stable offset.

        Raises:
            KafkaError: the broker does not answer.
        """
        places = self._consumer.assignment()
        if not places:
            await self._consumer.topics()
            return {}
        ends = await self._consumer.end_offsets(places)
        handled = await self._handled(places, unfinished)
        return {(place.topic, place.partition): max(0, end - handled[place]) for place, end in ends.items()}

    async def _handled(
        self, places: Iterable[TopicPartition], unfinished: Iterable[Record]
    ) -> dict[TopicPartition, int]:
        """The offset up to which all is handled: what was handed over, but for what is not finished."""
        handed, position = self._reading.handed, self._consumer.position
        handled = {place: handed[place] if place in handed else await position(place) for place in places}
        for record in unfinished:
            place = TopicPartition(record.topic, record.partition)
            handled[place] = min(record.offset, handled.get(place, record.offset))
        return handled

    def withheld(self) -> dict[tuple[str, int], float]:
        """For how many seconds the same open transaction has kept each partition's records from being read.

        Counted from the first call that met it.
        """
        now, before = time.monotonic(), self._still
        self._still = {}
        for place in self._consumer.assignment():
            stable, end = self._consumer.last_stable_offset(place), self._consumer.highwater(place)
            if stable is not None and end is not None and 0 <= stable < end:
                at, since = before.get(place, (stable, now))
                self._still[place] = (stable, since if at == stable else now)
        return {(place.topic, place.partition): now - since for place, (_, since) in self._still.items()}
