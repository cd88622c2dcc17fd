"""The bus: one group's subscription, which joins aiokafka to the loop. See docs/decisions/0020.

A batch that can not be handled because the world is down is tried again until it is back; only then it is committed,
naming the offsets. While one batch is being saved and published the next one is begun. They are committed in order.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError

from chassis.consumer import group_consumer
from chassis.observe import NOBODY, Observer
from chassis.progress import Progress
from chassis.reading import Batch, Ordered, Reading, nobody_orders
from chassis.record import Record
from chassis.settings import Settings
from chassis.trouble import Trouble, true_reason
from chassis.turn import Turn
from chassis.works import Works

log = structlog.get_logger(__name__)

REVOKE_SECONDS = 20
"""How long a rebalance waits for the batches at work; after that the guard of each document protects it."""

AT_WORK = 2
"""Batches at work at the same time. A batch knows of the one before it, not of more, so that this is not a setting."""

Handle = Callable[[Sequence[Record], Turn], Awaitable[None]]
"""Takes a batch all the way but for its commit; raises when the world is down, and is called again."""


class _AtWork(NamedTuple):
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
        ordered: Ordered = nobody_orders,
        on_fault: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._connect = partial(group_consumer, settings, kafka, group)
        self._topics = topics
        self._handle = handle
        self._observer = observer
        self._ordered = ordered
        self.owned: frozenset[int] = frozenset()
        self.assigned = False
        self.consumer: AIOKafkaConsumer | None = None
        self._reading: Reading | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._door = asyncio.Lock()
        self._waiting: Sequence[Record] = ()
        self._at_work: dict[Turn, _AtWork] = {}
        self._progress: Progress | None = None
        self._works = Works(observer, on_fault)
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
            raise true_reason(error) from None
        except BaseException:
            await consumer.stop()
            raise
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
            for one in carrying:
                one.cancel()
            await asyncio.wait(carrying)
        if self._fetching:
            self._fetching.cancel()
            await asyncio.wait([self._fetching])
        if self.consumer:
            await self.consumer.stop()
            self.consumer = None

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
        if self._reading:
            self._reading.forget()
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
        """See `Progress`; call it at rest."""
        return self._progress is not None and await self._progress.digested(self._unfinished())

    @property
    def partitions(self) -> int:
        """Of every topic; 0 before there is a connection."""
        return len((self.consumer and self.consumer.partitions_for_topic(self._topics[0])) or ())

    async def ends(self, partitions: Iterable[int]) -> dict[TopicPartition, int]:
        """See `Progress`."""
        return await self._progress.ends(partitions) if self._progress else {}

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

    def _unfinished(self) -> Iterator[Record]:
        for records in (self._waiting, *(batch.records for batch in self._at_work.values())):
            yield from records

    @property
    def busy(self) -> bool:
        """Whether anything is at work: a batch, or what else is tried until it is done."""
        return bool(self._at_work) or self._works.busy

    @property
    def failing(self) -> bool:
        """Whether anything at work failed when it was last tried."""
        return self._works.failing

    @property
    def working_since(self) -> float | None:
        """When the oldest of the present attempts was begun, by `time.monotonic`; None: there is none."""
        return self._works.since

    @property
    def fault(self) -> str:
        """What is wrong with this process itself, so that it has to end; empty: nothing."""
        return self._works.fault

    @property
    def stopping(self) -> bool:
        """Whether nothing is begun any more."""
        return self._works.stopping

    @property
    def alive(self) -> bool:
        """Whether somebody still asks the bus for batches; before the start and at the end nobody has to."""
        return self.stopping or self._fetching is None or not self._fetching.done()

    @property
    def troubles(self) -> list[Trouble]:
        """Everything that can not be read at present, and why."""
        return self._reading.troubles if self._reading else []

    async def _take_in(self, batch: Batch) -> None:
        """Begin a batch, and return when another may be asked for."""
        if not batch.records and not batch.offsets:
            return
        owned, self._waiting = self.owned, batch.records
        async with self._door:
            if self.stopping or any(turn.owned is not owned for turn in self._at_work):
                await self._all_ended()
            # A batch that failed and was given up may lie before this one: committing this would skip it. And what was
            # read before the partitions were taken away comes again, to whoever has them now.
            if not self.stopping and self.owned is owned:
                self._begin(batch, owned)
            self._waiting = ()
        while len(self._at_work) >= AT_WORK:
            first = next(iter(self._at_work.values()))
            await asyncio.wait([first.carried])

    def _begin(self, batch: Batch, owned: frozenset[int]) -> None:
        before, earlier = next(reversed(self._at_work.items()), (None, None))
        turn = Turn(owned, before)
        carrying = self._carry(batch, turn, earlier.carried if earlier else None)
        self._at_work[turn] = _AtWork(batch.records, asyncio.create_task(carrying))

    async def _carry(self, batch: Batch, turn: Turn, earlier: "asyncio.Task[bool] | None") -> bool:
        """Take a batch all the way, and commit it when all before it is committed. Whether the next one may be, too."""
        try:
            done = not batch.records or await self.persist(lambda: self._handle(batch.records, turn))
            turn.end(done=done)
            done = done and (earlier is None or await earlier)
            # Who has these partitions since then may be further: what outlived its assignment would set the group back.
            if done and self.owned is turn.owned:
                await self._commit(batch.offsets)
            return done
        finally:
            del self._at_work[turn]

    async def persist(self, task: Callable[[], Awaitable[None]]) -> bool:
        """Do it until it is done, with back-off, holding the partitions; False: given up, because the process stops.

        Besides batches it is for what is done before the first one, or at rest.
        """
        return await self._works.persist(task)

    async def _commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit how far this batch goes. A failure loses nothing: the batch comes again and changes nothing."""
        try:
            if self.consumer:
                await self.consumer.commit(dict(offsets))
        except KafkaError as error:
            log.warning("bus.commit-failed", error=type(error).__name__, partitions=len(offsets))
