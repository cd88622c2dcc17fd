"""The bus: FastStream carries the subscription, aiokafka the publishing; this module joins both to the loop.

FastStream swallows what a handler raises and then, depending on its policy, loses the batch or repeats it without
pause. So the handler never raises: it tries again until the world is back, and only then commits, naming the offsets.

FastStream asks for the next batch when the handler returns. So the handler begins a batch and returns as soon as there
is room for another: that one is begun while the last one is being saved and published. They are committed in order.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner, murmur2
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from tenacity import AsyncRetrying, RetryCallState, retry_if_not_exception_type, wait_exponential_jitter

from chassis.observe import NOBODY, Observer
from chassis.record import Message, Record
from chassis.settings import Settings
from chassis.turn import Turn

log = structlog.get_logger(__name__)

PUBLISH_SECONDS = 30
"""An idempotent producer tries for ever by itself; after this long we take it down and begin anew."""

FETCH_BYTES = 128 * 1024
"""Taken from one partition at a time; a larger record comes alone. With more, who catches up holds more in memory, and
reads one topic so far ahead of the others that what belongs together comes apart."""

REVOKE_SECONDS = 20
"""How long a rebalance waits for the batches at work; after that the guard of each document protects it."""

AT_WORK = 2
"""Batches at work at the same time. A batch knows of the one before it, not of more, so that this is not a setting."""

Handle = Callable[[Sequence[Record], Turn], Awaitable[None]]
"""Takes a batch all the way but for its commit; raises when the world is down, and is called again."""


@lru_cache(maxsize=65_536)
def _murmur2(key: bytes) -> int:
    """Kafka's hash of a key. In Python it takes longer than all else about a message, and keys come again."""
    return int(murmur2(key))


class _Partitioner(DefaultPartitioner):  # type: ignore[misc]
    """The partition that every Kafka client chooses for a key."""

    def __call__(self, key: bytes | None, all_partitions: list[int], available: list[int]) -> int:
        if key is None:
            return int(super().__call__(key, all_partitions, available))
        return all_partitions[(_murmur2(key) & 0x7FFFFFFF) % len(all_partitions)]


class Publisher:
    """Publishes keyed, acknowledged by all in-sync replicas, idempotent."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Return when every message is acknowledged.

        Raises:
            KafkaError, TimeoutError: the bus is down; the next call begins with a new producer.
        """
        producer = await self._ready()
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                sent = [
                    await producer.send(
                        one.topic, one.value, key=one.key, partition=one.partition, headers=list(one.headers)
                    )
                    for one in messages
                ]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError):
            if self._producer is producer:  # others may have failed with it, and begun anew
                await self.stop()
            raise

    async def _ready(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._kafka,
                    enable_idempotence=True,
                    acks="all",
                    linger_ms=5,
                    max_batch_size=256 * 1024,
                    max_request_size=1_400_000,
                    partitioner=_Partitioner(),
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
        return self._producer

    async def stop(self) -> None:
        """Flush what is under way, and drop the connection."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(PUBLISH_SECONDS):
                    await producer.stop()
            except (KafkaError, TimeoutError):
                log.warning("bus.producer-lost")


@dataclass(eq=False)
class _Work:
    """Something that is tried until it is done: since when this time, and whether it has failed."""

    since: float
    failing: bool = False


class _Batch(NamedTuple):
    """A batch at work, and the task that carries it; its result is whether the batch after it may be committed."""

    records: Sequence[Record]
    carried: "asyncio.Task[bool]"


class Subscription(ConsumerRebalanceListener):  # type: ignore[misc]
    """One group's subscription to all its topics: batches over every partition this instance owns."""

    def __init__(
        self,
        settings: Settings,
        kafka: str,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        *,
        observer: Observer = NOBODY,
    ) -> None:
        self._handle = handle
        self._observer = observer
        self.owned: frozenset[int] = frozenset()
        self.assigned = False
        self.stopping = False
        self._door = asyncio.Lock()
        self._waiting: Sequence[Record] = ()
        self._at_work: dict[Turn, _Batch] = {}
        self._works: list[_Work] = []
        self._ends: dict[TopicPartition, int] = {}
        self._topics = topics
        self._tell: Callable[[], None] = lambda: None
        self._broker, self._subscriber = self._carriers(settings, kafka, group, topics)
        self._subscriber(self._on_batch)

    def _carriers(
        self, settings: Settings, kafka: str, group: str, topics: Sequence[str]
    ) -> tuple[KafkaBroker, BatchSubscriber]:
        """FastStream, not connected yet. What is simulated instead has to keep to how it calls `_on_batch`."""
        broker = KafkaBroker(kafka.split(","), logger=None, graceful_timeout=REVOKE_SECONDS, apply_types=False)
        subscriber = broker.subscriber(
            *topics,
            group_id=group,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            batch=True,
            max_records=settings.batch_records,
            batch_timeout_ms=settings.batch_wait_ms,
            fetch_max_wait_ms=settings.batch_wait_ms,
            max_partition_fetch_bytes=FETCH_BYTES,
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 4,
            partition_assignment_strategy=(RangePartitionAssignor,),
            listener=self,
            decoder=_undecoded,
        )
        return broker, subscriber

    async def start(self) -> None:
        """Join the group and begin."""
        await self._broker.start()

    def give_up(self) -> None:
        """From now on nothing is begun, and what fails is not tried again: the process is about to end."""
        self.stopping = True

    async def stop(self) -> None:
        """Finish the batches at work, commit them and leave the group."""
        self.give_up()
        carrying = [batch.carried for batch in self._at_work.values()]
        if carrying:
            await asyncio.wait(carrying, timeout=REVOKE_SECONDS)
            for one in carrying:
                one.cancel()
            await asyncio.wait(carrying)
        await self._broker.stop()

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
        self.owned = frozenset(one.partition for one in assigned)
        self.assigned = True
        log.info("bus.assigned", partitions=sorted(self.owned))
        self._tell()

    def listen(self, tell: Callable[[], None]) -> None:
        """Who is told when other partitions are assigned."""
        self._tell = tell

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Nothing is at work, and nothing is begun meanwhile."""
        async with self._door:
            await self._all_ended()
            yield

    async def _all_ended(self) -> None:
        while self._at_work:
            await asyncio.wait([batch.carried for batch in self._at_work.values()])

    async def digested(self) -> bool:
        """Whether all that was on the bus at the last call is digested by now; call it at rest.

        After an outage the bus may hold, unread, what happened in time. Who looks at the wall clock first would call
        it late.
        """
        consumer = self._subscriber.consumer
        places = consumer.assignment() if consumer else frozenset()
        if consumer is None or not places or any(consumer.highwater(place) is None for place in places):
            return False
        handled = await self._handled(consumer, places)
        done = all(handled[place] >= self._ends.get(place, sys.maxsize) for place in places)
        if done or set(self._ends) != places:
            self._ends = {place: consumer.highwater(place) for place in places}
        return done

    @property
    def partitions(self) -> int:
        """Of every topic; 0 before there is a connection."""
        consumer = self._subscriber.consumer
        return len((consumer and consumer.partitions_for_topic(self._topics[0])) or ())

    async def ends(self, partitions: Iterable[int]) -> dict[TopicPartition, int]:
        """Where all topics end now in these partitions, as far as they are assigned; asks the broker.

        Raises:
            KafkaError: it does not answer.
        """
        consumer, wanted = self._subscriber.consumer, set(partitions)
        places = [place for place in consumer.assignment() if place.partition in wanted] if consumer else []
        return dict(await consumer.end_offsets(places)) if consumer and places else {}

    async def reached(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Whether all that was before these ends is digested."""
        consumer = self._subscriber.consumer
        if consumer is None or not consumer.assignment() >= ends.keys():
            return False
        handled = await self._handled(consumer, ends)
        return all(handled[place] >= end for place, end in ends.items())

    async def _handled(self, consumer: AIOKafkaConsumer, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The offset up to which all is handled: what was read, but for what is at work or waits to be begun."""
        handled = {place: await consumer.position(place) for place in places}
        for records in (self._waiting, *(batch.records for batch in self._at_work.values())):
            for record in records:
                place = TopicPartition(record.topic, record.partition)
                handled[place] = min(record.offset, handled.get(place, record.offset))
        return handled

    @property
    def busy(self) -> bool:
        """Whether anything is at work: a batch, or what else is tried until it is done."""
        return bool(self._at_work or self._works)

    @property
    def failing(self) -> bool:
        """Whether anything at work failed when it was last tried."""
        return any(work.failing for work in self._works)

    @property
    def working_since(self) -> float | None:
        """When the oldest of the present attempts was begun, by `time.monotonic`; None: there is none."""
        return min((work.since for work in self._works), default=None)

    @property
    def alive(self) -> bool:
        """Whether somebody still asks the bus for batches; before the start and at the end nobody has to."""
        tasks = self._subscriber.tasks
        return self.stopping or not tasks or not all(task.done() for task in tasks)

    async def lags(self) -> dict[tuple[str, int], int] | None:
        """Records of each owned topic and partition that are not handled yet; None before there is a connection.

        Asks the broker, so it tells as well whether the broker is there.

        Raises:
            KafkaError: it is not.
        """
        consumer = self._subscriber.consumer
        if consumer is None:
            return None
        places = consumer.assignment()
        if not places:
            await consumer.topics()
            return {}
        ends = await consumer.end_offsets(places)
        handled = await self._handled(consumer, places)
        return {(place.topic, place.partition): max(0, end - handled[place]) for place, end in ends.items()}

    async def _on_batch(self, message: KafkaMessage) -> None:
        """Begin a batch, and return when another may be asked for."""
        owned, self._waiting = self.owned, message.raw_message
        async with self._door:
            if self.stopping or any(turn.owned is not owned for turn in self._at_work):
                await self._all_ended()
            # A batch that failed and was given up may lie before this one: committing this would skip it. And what was
            # read before the partitions were taken away comes again, to whoever has them now.
            if not self.stopping and self.owned is owned:
                self._begin(message, owned)
            self._waiting = ()
        while len(self._at_work) >= AT_WORK:
            first = next(iter(self._at_work.values()))
            await asyncio.wait([first.carried])

    def _begin(self, message: KafkaMessage, owned: frozenset[int]) -> None:
        before, earlier = next(reversed(self._at_work.items()), (None, None))
        turn = Turn(owned, before)
        carrying = self._carry(message, turn, earlier.carried if earlier else None)
        self._at_work[turn] = _Batch(message.raw_message, asyncio.create_task(carrying))

    async def _carry(self, message: KafkaMessage, turn: Turn, earlier: "asyncio.Task[bool] | None") -> bool:
        """Take a batch all the way, and commit it when all before it is committed. Whether the next one may be, too."""
        records = message.raw_message
        try:
            done = await self.persist(lambda: self._handle(records, turn))
            turn.end(done=done)
            done = done and (earlier is None or await earlier)
            # Who has these partitions since then may be further: what outlived its assignment would set the group back.
            if done and self.owned is turn.owned:
                await self._commit(message, records)
            return done
        finally:
            del self._at_work[turn]

    async def persist(self, task: Callable[[], Awaitable[None]]) -> bool:
        """Do it until it is done, with back-off, holding the partitions; False: given up, because the process stops.

        Besides batches it is for what is done before the first one, or at rest.
        """
        work = _Work(time.monotonic())
        retrying = AsyncRetrying(
            wait=wait_exponential_jitter(multiplier=0.2, max=10),
            stop=partial(self._gives_up, work),
            retry=retry_if_not_exception_type(asyncio.CancelledError),
            retry_error_callback=lambda _: False,
        )
        self._works.append(work)
        try:
            return await retrying(self._attempt, work, task)
        finally:
            self._works.remove(work)

    async def _attempt(self, work: _Work, task: Callable[[], Awaitable[None]]) -> bool:
        work.since = time.monotonic()
        await task()
        return True

    def _gives_up(self, work: _Work, state: RetryCallState) -> bool:
        work.failing = True
        self._observer.retried()
        error = state.outcome.exception() if state.outcome else None
        log.warning("loop.retry", attempt=state.attempt_number, error=f"{type(error).__name__}: {error}"[:300])
        return self.stopping

    async def _commit(self, message: KafkaMessage, records: Sequence[Record]) -> None:
        """Commit exactly this batch. A failure loses nothing: the batch comes again and changes nothing."""
        offsets: dict[TopicPartition, int] = {}
        for record in records:
            place = TopicPartition(record.topic, record.partition)
            offsets[place] = max(offsets.get(place, 0), record.offset + 1)
        try:
            await message.consumer.commit(offsets)  # type: ignore[call-arg]
        except KafkaError as error:
            log.warning("bus.commit-failed", error=type(error).__name__, partitions=len(offsets))


async def _undecoded(message: KafkaMessage) -> KafkaMessage:
    """The loop reads records itself: a bad one must not take the batch down."""
    return message
