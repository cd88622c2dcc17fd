"""An instance that is given its batches by hand, and whose publishes wait or fail as long as a test wants."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiokafka import TopicPartition
from typing_extensions import override

from chassis.runtime.bus.progress import Progress
from chassis.runtime.bus.reading import Batch, Reading
from chassis.runtime.bus.record import Message
from chassis.runtime.bus.subscription import Subscription
from chassis.runtime.in_flight import InFlightBatch
from chassis.runtime.settings import Settings
from chassis.runtime.telemetry.observe import NOBODY
from tests.component.chassis.toy import DownError, Record, Toy

PLACE = TopicPartition("intake.submitted", 0)


class Held(Toy):
    """An instance whose publishes of some documents wait, or fail as long as it is so."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.held: set[str] = set()
        self.down: set[str] = set()
        self.let_go = asyncio.Event()

    @override
    async def publish(self, messages: Sequence[Message]) -> None:
        keys = {(one.key or b"").decode() for one in messages}
        if self.down & keys:
            raise DownError
        while self.held & keys:
            await self.let_go.wait()
        await super().publish(messages)

    def release(self) -> None:
        self.held, self.down = set(), set()
        self.let_go.set()

    @property
    def said(self) -> list[str]:
        return [(message.key or b"").decode() for message in self.published]


class Consumer:
    """What the bus has read, and what was committed there."""

    def __init__(self) -> None:
        self.read = 0
        self.commits: list[int] = []

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        self.commits.append(offsets[PLACE])

    async def stop(self) -> None:
        pass

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset({PLACE})

    def highwater(self, _place: TopicPartition) -> int:
        return self.read

    async def end_offsets(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, self.read)

    async def position(self, _place: TopicPartition) -> int:
        return self.read


def left(instance: "Instance") -> bool:
    """Whether it has left its group."""
    return instance.consumer is None


class Instance(Subscription):
    """A subscription that is given its batches by hand."""

    def __init__(self, toy: Toy) -> None:
        self.toy = toy
        super().__init__(Settings.model_construct(), "", "", [], self.take)
        self.consumer: Any = Consumer()
        self._commits: list[int] = self.consumer.commits
        self._reading = Reading(self.consumer, 1, 1, NOBODY)
        self._progress = Progress(self.consumer, self._reading)

    async def take(self, records: Sequence[Any], in_flight: InFlightBatch) -> None:
        self.toy.loop.own(in_flight.owned)
        await self.toy.loop.process(records, in_flight)

    def give(self, *records: Record) -> "asyncio.Task[None]":
        """Hand over a batch; done when the next one may be asked for."""
        offset = records[-1].offset + 1
        self.consumer.read = self._reading.handed[PLACE] = offset  # type: ignore[union-attr]
        return asyncio.create_task(self._take_in(Batch(records, {PLACE: offset})))

    @property
    def commits(self) -> list[int]:
        return self._commits

    @property
    def version(self) -> dict[str, int]:
        return {key: doc.version for key, doc in self.toy.store.documents.items()}


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - whatever has to happen first takes a few turns
            await asyncio.sleep(0)


async def a_while() -> None:
    """Long enough for anything that does not wait."""
    for _ in range(200):
        await asyncio.sleep(0)


def after(*records: Record) -> int:
    return records[-1].offset + 1
