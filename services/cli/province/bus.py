"""The province's ear and mouth on Kafka."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from typing_extensions import override

from chassis.admin import Admin
from chassis.publisher import Publisher
from chassis.record import Message
from contracts.envelope import AnyEvent
from contracts.topics import BadEventError, UnknownTypeError, read_event
from services.cli.province.driver import Bus
from services.cli.province.province import HEARD
from services.cli.ticking import ticks

PATIENT = 3.0
"""Seconds without any progress of the services after which we go on without them: one may be down."""

IMPATIENT = 0.3
"""The same, as long as they have not caught up again."""

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.2
FETCH_MS = 50
FETCH_SECONDS = 2.0


class KafkaBus(Bus):
    """The bus of one timeline; use as `async with KafkaBus(…) as bus`.

    Hears what is said from now on, without a group: the province commits nothing and can be run beside another.

    Args:
        kafka: bootstrap servers.
        partitions: of every topic.
        groups: topics by consumer group, of the services that are waited for.
        timeline: all others are not heard.
    """

    def __init__(self, kafka: str, partitions: int, groups: Mapping[str, Sequence[str]], timeline: str) -> None:
        self._partitions = partitions
        self._groups = dict(groups)
        self._timeline = timeline
        self._publisher = Publisher(kafka)
        self._admin = Admin(kafka)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka,
            enable_auto_commit=False,
            fetch_max_wait_ms=FETCH_MS,
            isolation_level="read_committed",
        )
        # Asks for ends on a connection of its own: on the other one every question waits behind a fetch.
        self._gauge = AIOKafkaConsumer(
            bootstrap_servers=kafka, enable_auto_commit=False, isolation_level="read_committed"
        )
        self._heard_at = self._places(payload.TYPE for payload in HEARD)
        self._waited_at = self._places(topic for topics in self._groups.values() for topic in topics)
        self._patience = PATIENT

    def _places(self, topics: Iterable[str]) -> list[TopicPartition]:
        return [TopicPartition(topic, number) for topic in sorted(set(topics)) for number in range(self._partitions)]

    async def __aenter__(self) -> Self:
        await self._admin.__aenter__()
        await self._gauge.start()
        await self._consumer.start()
        self._consumer.assign(self._heard_at)
        for place, offset in (await self._gauge.end_offsets(self._heard_at)).items():
            self._consumer.seek(place, offset)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._publisher.stop()
        await self._consumer.stop()
        await self._gauge.stop()
        await self._admin.__aexit__()

    @override
    async def publish(self, messages: Sequence[Message]) -> None:
        await self._publisher(messages)

    @override
    async def tick(self, timeline: str, time: datetime) -> None:
        await self._publisher(ticks(timeline, time, self._partitions))

    @override
    async def heard(self) -> list[AnyEvent]:
        """Everything up to the present ends of the topics."""
        ends = await self._gauge.end_offsets(self._heard_at)
        events: list[AnyEvent] = []
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                while await self._behind(ends):
                    for records in (await self._consumer.getmany(timeout_ms=FETCH_MS)).values():
                        events += [event for record in records if (event := self._read(record.topic, record.value))]
        except TimeoutError:
            pass  # what is late is heard the next time
        return events

    async def _behind(self, ends: Mapping[TopicPartition, int]) -> bool:
        return any([await self._consumer.position(place) < end for place, end in ends.items()])

    def _read(self, topic: str, value: bytes | None) -> AnyEvent | None:
        """An event of this timeline; whatever else there is concerns others."""
        try:
            event = read_event(topic, value or b"")
        except (BadEventError, UnknownTypeError):
            return None
        return event if event.timeline == self._timeline else None

    @override
    async def settled(self) -> None:
        """Return when nobody has lag and nothing new is said, or when nothing moves any more."""
        now = asyncio.get_running_loop().time
        pause, said, left, moved_at = FIRST_PAUSE, await self._said(), -1, now()
        while True:
            lag = sum((await self._admin.lag(self._groups)).values())
            before, said = said, await self._said()
            if not lag and said == before:
                self._patience = PATIENT
                return
            if (said, lag) != (before, left):
                left, moved_at = lag, now()
            elif now() - moved_at > self._patience:
                self._patience = IMPATIENT
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def _said(self) -> int:
        """Records on the topics that are waited for: as long as it grows, the services still talk to each other."""
        return sum((await self._gauge.end_offsets(self._waited_at)).values())
