"""The simulator's connection to Kafka."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Self

from aiokafka import TopicPartition
from typing_extensions import override

from chassis.runtime.bus.connection import Bus as Connection
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from contracts.envelope import AnyEvent
from contracts.topics import BadEventError, UnknownTypeError, read_event
from tools.signing import NO_KEYS, Keys, signing
from tools.simulator.driver import Bus
from tools.simulator.participants import HEARD
from tools.ticking import OnWait, Ticking

FETCH_MS = 50
"""How long a fetch waits for records. Longer, and every window of the week is slower by as much."""


class KafkaBus(Bus):
    """The bus of one timeline; use as `async with KafkaBus(…) as bus`.

    Hears what is said from now on, without a group: it commits nothing, and several can run beside each other.

    Args:
        bus: which one, and as whom.
        partitions: of every topic.
        timeline: all others are not heard.
        on_wait: told for which services a tick waits, when that takes long.
        keys: by which the agencies that are played sign; none in plain mode.
    """

    def __init__(
        self,
        bus: Connection,
        partitions: int,
        timeline: str,
        on_wait: OnWait = lambda _: None,
        keys: Keys = NO_KEYS,
    ) -> None:
        self._timeline = timeline
        self._publisher = Publisher(bus)
        self._publish = signing(self._publisher, keys)
        self._ticking = Ticking(bus, self._publisher, timeline, partitions, on_wait)
        committed = partial(bus.consumer, enable_auto_commit=False)
        self._consumer = committed(fetch_max_wait_ms=FETCH_MS, isolation_level="read_committed")
        # Asks for ends on a connection of its own: on the other one every question waits behind a fetch.
        self._gauge = committed(isolation_level="read_committed")
        self._heard_at = [TopicPartition(payload.TYPE, number) for payload in HEARD for number in range(partitions)]

    async def __aenter__(self) -> Self:
        await self._gauge.start()
        await self._consumer.start()
        self._consumer.assign(self._heard_at)
        for partition, offset in (await self._gauge.end_offsets(self._heard_at)).items():
            self._consumer.seek(partition, offset)
        await self._ticking.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ticking.__aexit__()
        await self._publisher.stop()
        await self._consumer.stop()
        await self._gauge.stop()

    @override
    async def publish(self, messages: Sequence[Message]) -> None:
        await self._publish(messages)

    @override
    async def tick(self, timeline: str, time: datetime) -> None:
        assert timeline == self._timeline  # noqa: S101 - it is the bus of this one
        await self._ticking.tick(time)

    @override
    async def heard(self) -> list[AnyEvent]:
        """Everything up to the present ends of the topics."""
        ends = await self._gauge.end_offsets(self._heard_at)
        events: list[AnyEvent] = []
        while await self._behind(ends):
            for records in (await self._consumer.getmany(timeout_ms=FETCH_MS)).values():
                events += [event for record in records if (event := self._read(record.topic, record.value))]
        return events

    async def _behind(self, ends: Mapping[TopicPartition, int]) -> bool:
        return any([await self._consumer.position(partition) < end for partition, end in ends.items()])

    def _read(self, topic: str, value: bytes | None) -> AnyEvent | None:
        """An event of this timeline; whatever else there is concerns others."""
        try:
            event = read_event(topic, value or b"")
        except (BadEventError, UnknownTypeError):
            return None
        return event if event.timeline == self._timeline else None
