"""A service as a process: store, bus, loop, sweeper and HTTP, from start to an orderly stop."""

import asyncio
import gc
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import httpx
import structlog

from chassis.core.fault import ProcessFaultError
from chassis.runtime import clock
from chassis.runtime.app import App, Build, Context
from chassis.runtime.bus.key_reader import key_reader
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Record
from chassis.runtime.bus.signed import BELIEVING
from chassis.runtime.bus.skipping import ordered
from chassis.runtime.bus.subscription import Subscription
from chassis.runtime.http.application import Probes, make_api, make_operator_api
from chassis.runtime.http.serving import Serving
from chassis.runtime.http.settings import HttpSettings, access_of
from chassis.runtime.in_flight import InFlightBatch
from chassis.runtime.loading import load
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings, read_environment
from chassis.runtime.store.mongo import MongoStore
from chassis.runtime.telemetry.health import Health, Pulse
from chassis.runtime.telemetry.metrics import Metrics
from chassis.runtime.telemetry.observe import Observer, Observers
from chassis.runtime.timekeeper import Timekeeper
from contracts.envelope import LIVE

if TYPE_CHECKING:
    from chassis.runtime.telemetry.tracing import Tracing

YOUNG = 200_000
"""Objects made before the garbage collector looks for dead ones (Python's default is 700). A batch makes very many, all
short-lived. Smaller, and the collector runs in every batch for nothing; larger, and real cycles stay for longer."""

log = structlog.get_logger(__name__)


class Runner:
    """One instance of one service.

    Args:
        name: of the service.
        build: wires it.
        settings: of the process.
        identity: who is believed over HTTP; by default as the environment says.

    Raises:
        SettingsError: a setting is unusable.
    """

    def __init__(self, name: str, build: Build, settings: Settings, identity: HttpSettings | None = None) -> None:
        self.name = name
        self._settings = settings
        self._store = MongoStore(settings.mongo_for(name), settings.database_prefix + name)
        self._publisher = Publisher(settings.bus)
        self._client = httpx.AsyncClient()
        self._access = access_of(settings, identity or read_environment(HttpSettings), self._client)
        self._app: App = build(Context(settings, self._store, self._publisher, self._access))
        service, pulse = self._app.service, Pulse()
        self._metrics = Metrics(service.topics, (payload.TYPE for payload in service.emits))
        self._tracing = _tracing(name, settings)
        watching: list[Observer] = [self._metrics, pulse, *([self._tracing] if self._tracing else [])]
        self._observer = Observers(*watching)
        self._keys = key_reader(settings)
        self._loop = Loop(service, self._store, self._publisher, self._observer, self._keys or BELIEVING)
        self._subscription = Subscription(
            settings,
            settings.bus,
            settings.group_prefix + name,
            service.topics,
            self._take,
            observer=self._observer,
            ordered=partial(ordered, settings.bus, name),
            on_fault=self._ask_to_stop,
        )
        self._timekeeper = Timekeeper(self._loop, self._publisher, self._subscription)
        self._subscription.listen(self._loop.timelines.news.set)
        self._health = Health(self._store, self._subscription, pulse)
        self._stop = asyncio.Event()
        self._looked_at = clock.now()

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, then answer the requests and finish the batches at work, commit and leave."""
        gc.freeze()  # what was loaded at start stays: nobody has to look at it again
        gc.set_threshold(YOUNG)
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, self._ask_to_stop)
        published = make_api(self.name, self._app.router, self._probes(), self._access)
        operators = make_operator_api(published, self.name, self._app.internal, self._probes())
        if self._access.issuer is None and self._settings.bus.says_who:
            log.warning("http.open")
        serving = Serving(self._settings, self.name, published, operators)
        serving.start()
        try:
            await self._begin()
            await asyncio.gather(self._sweep_until_stopped(), self._timekeeper.run(self._stop))
        finally:
            await self._end(serving)
            log.info("service.stopped")
        if fault := self._subscription.fault:
            raise ProcessFaultError(f"{self.name} can not work in this process: {fault}; mend its installation")

    def _probes(self) -> Probes:
        return Probes(self._health.live, self._health.ready, self._exposition, self._health.reasons)

    def _ask_to_stop(self) -> None:
        self._stop.set()
        self._subscription.give_up()

    async def _begin(self) -> None:
        await self._until_stopped(self._prepare)
        if not self._stop.is_set():
            await self._until_stopped(self._subscription.start)
            log.info("service.started", topics=len(self._app.service.topics))

    async def _prepare(self) -> None:
        load(self._app.service)
        await self._store.prepare(self._app.service.indexes)
        await self._app.prepare()

    async def _until_stopped(self, work: Callable[[], Awaitable[None]]) -> None:
        """Try until it works or the process is told to stop: the world may start later than we do."""
        trying = asyncio.create_task(self._subscription.persist(work))
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({trying, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (trying, stopping):
            if not task.done():
                task.cancel()
        await asyncio.gather(trying, stopping, return_exceptions=True)

    async def _end(self, serving: Serving) -> None:
        """Requests first: those under way may still publish."""
        await serving.stop()
        await self._subscription.stop()
        await self._publisher.stop()
        if self._keys:
            await self._keys.stop()
        await self._app.close()
        await self._client.aclose()
        self._store.close()
        if self._tracing:
            await self._tracing.close()

    async def _take(self, records: Sequence[Record], in_flight: InFlightBatch) -> None:
        begun = time.monotonic()
        self._loop.own(in_flight.owned)
        tally = await self._loop.process(records, in_flight)
        self._observer.batch(len(records), time.monotonic() - begun)
        log.debug("batch.done", records=len(records), **vars(tally))

    async def _exposition(self) -> bytes:
        self._metrics.reading(self._subscription.troubles, self._subscription.withheld())
        lags, ready = await self._health.lags() or {}, await self._health.ready()
        return self._metrics.exposition(lags, ready, self._loop.timelines.waiting)

    async def _sweep_until_stopped(self) -> None:
        """Wake what is due on the live timeline, by the wall clock.

        It is not later than the last moment up to which all that was on the bus is digested.
        """
        while not self._stop.is_set():
            async with self._subscription.at_rest():  # what was at work may have outlived its partitions
                if owned := self._subscription.owned:
                    await self._subscription.persist(partial(self._sweep, sorted(owned)))
            try:
                async with asyncio.timeout(self._settings.sweep_seconds):
                    await self._stop.wait()
            except TimeoutError:
                continue

    async def _sweep(self, owned: Sequence[int]) -> None:
        self._loop.own(self._subscription.owned)
        safe, self._looked_at = self._looked_at, clock.now()
        if await self._subscription.digested():
            await self._loop.sweep(owned, LIVE, safe)
        else:
            self._looked_at = safe


def _tracing(name: str, settings: Settings) -> "Tracing | None":
    """Traces, if a collector is named; otherwise not even the library is loaded."""
    if not settings.otlp:
        return None
    from chassis.runtime.telemetry.tracing import Tracing  # noqa: PLC0415 - before the first batch: the runner asks at once

    return Tracing(name, settings.otlp, settings.trace_share)
