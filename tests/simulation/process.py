"""A service as a process of the simulated world: the real runner, policy, publisher and loop, on simulated servers."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from chassis.runtime import clock
from chassis.runtime.app import App
from chassis.runtime.bus.gauge import Gauge
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.reading import Batch
from chassis.runtime.bus.record import Message, Record
from chassis.runtime.bus.subscription import Handle, Subscription
from chassis.runtime.in_flight import InFlightBatch
from chassis.runtime.loop import Loop
from chassis.runtime.run import Runner
from chassis.runtime.settings import Settings
from chassis.runtime.telemetry.observe import Observers
from chassis.runtime.timekeeper import Timekeeper
from tests.simulation.bus import Bus, Place, place_of
from tests.simulation.group import Group
from tests.simulation.loop import Mortal
from tests.simulation.reader import FarGauge, Reader
from tests.simulation.store import FarStore
from tests.simulation.wire import DELAYS, BusDownError, Wire

if TYPE_CHECKING:
    from tests.simulation.shop import Shop


GIVEN_IN: ContextVar[int | None] = ContextVar("given_in", default=None)
"""The generation of the group in which what is at work was given: every batch and every sweep has its own."""


class Producer:
    """What aiokafka's producer is to the publisher: in order within a partition, in any order between them."""

    def __init__(self, bus: Bus, wire: Wire) -> None:
        self._bus = bus
        self._wire = wire
        self._queues: dict[Place, deque[tuple[Message, asyncio.Future[None]]]] = defaultdict(deque)

    async def send(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None,
        partition: int | None,
        headers: Sequence[tuple[str, bytes]],
    ) -> "asyncio.Future[None]":
        """Queue a message; the future tells when it is acknowledged."""
        message = Message(topic, key, value, tuple(headers), partition)
        acknowledged = asyncio.get_running_loop().create_future()
        queue = self._queues[place_of(message)]
        queue.append((message, acknowledged))
        if len(queue) == 1:
            asyncio.get_running_loop().call_soon(self._deliver, queue)
        return acknowledged

    def _deliver(self, queue: "deque[tuple[Message, asyncio.Future[None]]]") -> None:
        """Take the first message of a queue to the bus, unless something comes between."""
        if not queue or self._wire.buried or self._wire.is_cut("bus"):
            return
        message, acknowledged = queue.popleft()
        failed = self._wire.draw("publish")
        if not failed and not self._wire.owner.still:
            self._bus.append(message)
            failed = self._wire.draw("published")
        if self._wire.owner.still:
            return
        if failed:
            self._fail([acknowledged, *(one for _, one in queue)])  # what is behind a gap is out of sequence
            queue.clear()
        elif not acknowledged.done():
            acknowledged.set_result(None)
        if queue:
            loop, sky = asyncio.get_running_loop(), self._wire.sky
            slow = sky.weather.delays and sky.rng.random() < sky.weather.delays
            loop.call_later(sky.rng.choice(DELAYS), self._deliver, queue) if slow else loop.call_soon(
                self._deliver, queue
            )

    @staticmethod
    def _fail(futures: "Sequence[asyncio.Future[None]]") -> None:
        for one in futures:
            if not one.done():
                one.set_exception(BusDownError("publish"))

    async def stop(self) -> None:
        """What is still under way arrives all the same, or is lost."""
        if self._wire.sky.rng.random() < 0.5:
            self._queues.clear()


class FarPublisher(Publisher):
    """The publisher, with a simulated producer."""

    def __init__(self, bus: Bus, wire: Wire) -> None:
        super().__init__("simulated")
        self._bus = bus
        self._wire = wire

    @override
    async def _ready(self) -> Any:
        if self._producer is None:
            self._producer = Producer(self._bus, self._wire)
        return self._producer


class Member(Subscription):
    """The subscription, on a simulated consumer."""

    consumer_type = Reader

    def __init__(self, topics: Sequence[str], handle: Handle, group: Group, wire: Wire, batch: int) -> None:
        super().__init__(Settings.model_construct(), "simulated", "simulated", topics, handle)
        self._group = group
        self._wire = wire
        self._connect = partial(self.consumer_type, group, wire, batch)
        self._gauge = Gauge(partial(FarGauge, group.bus, wire))

    @property
    def reader(self) -> Reader | None:
        """The consumer, while there is one."""
        return self.consumer

    def done(self, records: Sequence[Any]) -> None:
        """These were taken all the way."""
        self._group.done.update(record.origin for record in records)

    @override
    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        await super().on_partitions_revoked(revoked)
        if self.busy or self._wire.has_untold():
            self._wire.sky.fault("outlived", self._wire.owner.name)

    @override
    async def _take_in(self, batch: Batch) -> None:
        GIVEN_IN.set(self.reader.generation if self.reader else None)
        await super()._take_in(batch)

    @override
    async def persist(self, task: Callable[[], Awaitable[None]]) -> bool:
        """A batch was given in a generation; anything else is given now."""
        if GIVEN_IN.get() is not None or self.reader is None:
            return await super().persist(task)
        given = GIVEN_IN.set(self.reader.group.generation)
        try:
            return await super().persist(task)
        finally:
            GIVEN_IN.reset(given)


class FarRunner(Runner):
    """The runner, given its surroundings instead of making them."""

    def __init__(self, app: App, store: FarStore, publisher: Publisher, loop: Loop, sweep_seconds: float) -> None:
        self.name = app.service.name
        self._settings = Settings.model_construct(sweep_seconds=sweep_seconds)
        self._store = store  # type: ignore[assignment]
        self._publisher = publisher
        self._app = app
        self._loop = loop
        self._observer = Observers()
        self._stop = asyncio.Event()
        self._looked_at = clock.now()

    def subscribe(self, member: Member) -> None:
        """Who gives the batches."""
        self._subscription: Member = member
        self._timekeeper = Timekeeper(self._loop, self._publisher, member)
        member.listen(self._loop.timelines.news.set)

    async def live(self) -> None:
        """What `run` does, without HTTP, signals and traces."""
        try:
            await self._begin()
            await asyncio.gather(self._sweep_until_stopped(), self._timekeeper.run(self._stop))
        finally:
            await self._subscription.stop()
            await self._publisher.stop()
            await self._app.close()
            self._store.close()

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self._ask_to_stop()

    async def take(self, records: Sequence[Record], in_flight: InFlightBatch) -> None:
        """The handler."""
        await self._take(records, in_flight)
        self._subscription.done(records)


class Process(Mortal):
    """One instance of one service."""

    def __init__(self, name: str, shop: "Shop") -> None:
        super().__init__(name, shop.asyncio)
        self.shop = shop
        self.wire = Wire(shop.sky, self)
        variant, service = shop.variant, shop.service_on(self)
        store = FarStore(shop.store, self.wire)
        publisher = FarPublisher(shop.group.bus, self.wire)
        loop = variant.loop(service, store, publisher, signatures=shop.keys_by(self.wire))
        self.runner = FarRunner(App(service), store, publisher, loop, shop.sweep_seconds)
        self.member = variant.member(service.topics, self.runner.take, shop.group, self.wire, shop.batch)
        self.runner.subscribe(self.member)
        self.dead = False
        self.life = self.spawn(self.runner.live())

    @property
    def in_turn(self) -> bool:
        """Whether what it is at work on is still its own: nothing was rebalanced since it began."""
        reader, group = self.member.reader, self.shop.group
        return reader is not None and reader.in_turn and GIVEN_IN.get() == group.generation

    def die(self) -> None:
        """No code of it runs any more."""
        self.dead = True
        self.halt()

    def vanish(self) -> None:
        """The bus has not heard of it for too long."""
        if reader := self.member.reader:
            reader.close() if self.dead else self.shop.group.leave(reader)
