"""The bus: one group's subscription, which joins aiokafka to the loop. See docs/decisions/0020.

A batch that can not be handled because the world is down is tried again until it is back; only then it is committed,
naming the offsets. While one batch is being saved and published the next one is begun. They are committed in order.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError
from typing_extensions import override

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.consumer import gauge_consumer, group_consumer
from chassis.runtime.bus.gauge import Gauge
from chassis.runtime.bus.pipeline import Handle, Pipeline
from chassis.runtime.bus.progress import Progress
from chassis.runtime.bus.reading import Ordered, Reading, nobody_orders
from chassis.runtime.bus.trouble import Trouble, kind_of, told, true_reason
from chassis.runtime.bus.works import Works
from chassis.runtime.settings import Settings
from chassis.runtime.telemetry.observe import NOBODY, Observer

log = structlog.get_logger(__name__)

REVOKE_SECONDS = 20
"""Seconds that a rebalance, or a stop, waits for the batches at work. After that they are done twice, and the guards of
the documents protect them. Longer would let one slow batch hold up the whole group; shorter repeats work more often."""


class Subscription(Pipeline, ConsumerRebalanceListener):  # type: ignore[misc]
    """One group's subscription to all its topics: batches over every partition this instance owns."""

    def __init__(
        self,
        settings: Settings,
        bus: Bus,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        *,
        observer: Observer = NOBODY,
        ordered: Ordered = nobody_orders,
        on_fault: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(handle, Works(observer, on_fault))
        self._settings = settings
        self._connect = partial(group_consumer, settings, bus, group)
        self._gauge = Gauge(partial(gauge_consumer, bus))
        self._topics = topics
        self._observer = observer
        self._ordered = ordered
        self.assigned = False
        self.consumer: AIOKafkaConsumer | None = None
        self._reading: Reading | None = None
        self._refused: list[Trouble] = []
        self._fetching: asyncio.Task[None] | None = None
        self._progress: Progress | None = None
        self._tell: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Join the group and begin.

        Raises:
            KafkaError: the broker does not answer, or does not know us.
        """
        consumer = self._connect()
        self._reading = Reading(
            consumer, self._settings.batch_records, self._settings.batch_wait_ms, self._observer, self._ordered
        )
        consumer.subscribe(list(self._topics), listener=self)
        try:
            await consumer.start()
        except KafkaError as error:
            await consumer.stop()
            reason = true_reason(error)
            self._refused = [Trouble(kind_of(reason), told(reason))]
            raise reason from None
        except BaseException:
            await consumer.stop()
            raise
        self._refused = []
        self.consumer, self._progress = consumer, Progress(consumer, self._reading)
        self._fetching = asyncio.create_task(self._fetch(self._reading))

    async def _fetch(self, reading: Reading) -> None:
        """Ask for batches until the end."""
        with suppress(ConsumerStoppedError):
            while not self.stopping:
                await self._take_in(await reading.fetch())

    def give_up(self) -> None:
        """From now on nothing is begun, and what fails is not tried again: the process is about to end."""
        self._works.stopping = True

    async def stop(self) -> None:
        """Finish the batches at work, commit them and leave the group."""
        self.give_up()
        if carrying := [batch.carried for batch in self._at_work.values()]:
            await asyncio.wait(carrying, timeout=REVOKE_SECONDS)
            for task in carrying:
                task.cancel()
            await asyncio.wait(carrying)
        if self._fetching:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])
        if self.consumer:
            await self.consumer.stop()
            self.consumer = self._progress = None
        await self._gauge.stop()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Let the batches at work finish before others get their partitions."""
        self.assigned = False
        try:
            async with asyncio.timeout(REVOKE_SECONDS):
                async with self.at_rest():
                    self.owned = frozenset()
        except TimeoutError:
            self.owned = frozenset()
            log.warning("bus.revoked-while-busy", partitions=len(list(revoked)))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """From now on the documents of these partitions are this instance's to sweep."""
        self.owned = frozenset(place.partition for place in assigned)
        self.assigned = True
        if self._reading:
            self._reading.forget()
        log.info("bus.assigned", partitions=sorted(self.owned))
        self._tell()

    def listen(self, tell: Callable[[], None]) -> None:
        """Have this called whenever other partitions are assigned."""
        self._tell = tell

    async def digested(self) -> bool:
        """See `Progress`; call it at rest."""
        return self._progress is not None and await self._progress.digested(self._unfinished())

    @property
    def partitions(self) -> int:
        """Number of partitions of every topic; 0 before there is a connection."""
        return len((self.consumer and self.consumer.partitions_for_topic(self._topics[0])) or ())

    async def ends(self, partitions: Iterable[int]) -> dict[TopicPartition, int]:
        """The present ends of all topics in these partitions, as far as they are assigned; see `Gauge`.

        Raises:
            KafkaError: the broker does not answer.
        """
        assignment, wanted = self.consumer.assignment() if self.consumer else (), set(partitions)
        return await self._gauge.ends(place for place in assignment if place.partition in wanted)

    async def reached(self, ends: Mapping[TopicPartition, int]) -> bool:
        """See `Progress`."""
        return self._progress is not None and await self._progress.reached(ends, self._unfinished())

    async def lags(self) -> dict[tuple[str, int], int] | None:
        """Records of each owned topic and partition that are not handled yet; None before there is a connection.

        Asks the broker, so it tells as well whether the broker is there.

        Raises:
            KafkaError: it is not.
        """
        return await self._progress.lags(self._unfinished()) if self._progress else None

    def withheld(self) -> dict[tuple[str, int], float]:
        """See `Progress`."""
        return self._progress.withheld() if self._progress else {}

    @property
    def failing(self) -> bool:
        """True if anything at work failed when it was last tried."""
        return self._works.failing

    @property
    def hindrances(self) -> list[Trouble]:
        """Why what is at work failed when it was last tried, as far as the bus is the reason."""
        return self._works.troubles

    @property
    def working_since(self) -> float | None:
        """Begin of the oldest of the present attempts, in seconds of `time.monotonic`; None if there is none."""
        return self._works.since

    @property
    def fault(self) -> str:
        """The fault of this process itself, because of which it has to end; empty if there is none."""
        return self._works.fault

    @property
    def alive(self) -> bool:
        """False if the task that asks the bus for batches has died; before the start and at the end none is needed."""
        return self.stopping or self._fetching is None or not self._fetching.done()

    @property
    def troubles(self) -> list[Trouble]:
        """Everything that can not be read at present, and why."""
        return [*self._refused, *(self._reading.troubles if self._reading else ())]

    @override
    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit how far this batch goes. A failure loses nothing: the batch comes again and changes nothing."""
        try:
            if self.consumer:
                await self.consumer.commit(dict(offsets))
        except KafkaError as error:
            log.warning("bus.commit-failed", error=type(error).__name__, partitions=len(offsets))
