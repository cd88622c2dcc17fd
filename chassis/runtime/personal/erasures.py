"""Erasures applied again to a store: one that was restored from a copy may hold persons who were erased since.

Every `applicant.erased` is on the bus for good. A store keeps how far it has applied them, beside what it keeps of
persons: a copy of it has both, so whoever is restored begins where the copy ends.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.record import read_record
from chassis.runtime.bus.streams import pages
from contracts.envelope import Event
from contracts.intake import ApplicantErased
from contracts.topics import BadEventError, UnknownTypeError

Apply = Callable[[Event[ApplicantErased]], Awaitable[None]]
"""Erases in one store what an event says is gone. What is gone already is no error."""


class Erasures:
    """The erasures of one store.

    Args:
        bus: where they are told.
        database: of the service; its collection `erasures` keeps how far they are applied.
        apply: erases.
    """

    def __init__(self, bus: Bus, database: Any, apply: Apply) -> None:
        self._bus = bus
        self._applied = database.erasures
        self._apply = apply

    async def catch_up(self) -> int:
        """Apply what is told and was not applied yet; returns how many events that was.

        Raises:
            BusError, KafkaError: the bus does not answer.
            StoreError: the store is down. Begin again: what was applied twice is as what was applied once.
        """
        since = {TopicPartition(ApplicantErased.TYPE, row["_id"]): row["next"] async for row in self._applied.find({})}
        return await self._read(since)

    async def replay(self) -> int:
        """Apply all that was ever told, whatever is noted; returns how many events that was. Raises as `catch_up`."""
        return await self._read({})

    async def _read(self, since: dict[TopicPartition, int]) -> int:
        count = 0
        async for page in pages(self._bus, [ApplicantErased.TYPE], since):
            for record in page:
                count += await self._take(record)
            if page:
                last = page[-1]
                await self._applied.update_one(
                    {"_id": last.partition}, {"$set": {"next": last.offset + 1}}, upsert=True
                )
        return count

    async def _take(self, record: ConsumerRecord[bytes, bytes]) -> bool:
        try:
            event = read_record(record)
        except (BadEventError, UnknownTypeError):
            return False  # not intake's word, or of a later version: services put it aside and tell operators
        await self._apply(event)
        return True
