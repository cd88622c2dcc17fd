"""The relay as a process: reads, copies, looks for new inboxes, until it is told to stop."""

import asyncio
import signal
import time
from functools import partial

import structlog

from chassis.core.fault import ProcessFaultError
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.reading import Batch
from chassis.runtime.bus.works import Works
from chassis.runtime.settings import Settings
from chassis.runtime.telemetry.observe import NOBODY
from tools.operations.access_plan import RELAY, RELAYED
from tools.operations.relay.bus import RelayBus
from tools.operations.relay.copying import Copying
from tools.operations.relay.memory import Memory

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
"""Seconds between two looks for new inboxes. Longer, and a new agency waits longer for its first record; shorter asks
the broker for all its topics more often."""


class Relay:
    """One relay. It needs no other: while it is away nothing is lost, and agencies wait.

    Args:
        settings: say where the bus is, who the relay is there, and where its memory is (`home`/relay/memory.sqlite).
    """

    def __init__(self, settings: Settings) -> None:
        self._memory = Memory(settings.home / RELAY / "memory.sqlite", RELAYED)
        self._bus = RelayBus(settings.bus, settings.group_prefix + RELAY, self._memory.positions())
        self._publisher = Publisher(settings.bus)
        self._copying = Copying(self._memory, self._publisher, self._bus.read_back)
        self._works = Works(NOBODY, self.stop)
        self._stopping = asyncio.Event()
        self._looked_at = -LOOK_SECONDS
        self._connected = False

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT, or until `stop`.

        Raises:
            ProcessFaultError: something is wrong with this process itself.
        """
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, self.stop)
        try:
            await self._until_stopped()
        finally:
            if self._connected:
                await self._bus.stop()
            await self._publisher.stop()
            self._memory.close()
            log.info("service.stopped")
        if fault := self._works.fault:
            raise ProcessFaultError(f"the relay can not work in this process: {fault}; mend its installation")

    def stop(self) -> None:
        """Finish the batch at work, and leave."""
        self._works.stopping = True
        self._stopping.set()

    async def _until_stopped(self) -> None:
        self._connected = await self._works.persist(self._bus.start)
        if self._connected:
            log.info("service.started", topics=len(RELAYED))
        while not self._stopping.is_set():
            if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                await self._works.persist(self._look)
            batch = await self._bus.fetch()
            if batch.records or batch.offsets:
                await self._works.persist(partial(self._take, batch))

    async def _look(self) -> None:
        """Look for new inboxes, and give them what they are owed, some dossiers at a time."""
        self._copying.serve(await self._bus.inboxes())
        owing = await self._copying.settle()
        self._looked_at = -LOOK_SECONDS if owing else time.monotonic()

    async def _take(self, batch: Batch) -> None:
        positions = {(place.topic, place.partition): offset for place, offset in batch.offsets.items()}
        try:
            await self._copying.take(batch.records, positions)
        except Exception:
            # An inbox may have been taken away meanwhile: its agency was revoked.
            self._copying.serve(await self._bus.inboxes())
            raise
        await self._bus.commit(batch.offsets)
