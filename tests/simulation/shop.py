"""One service in the simulated world: its store, its group on the bus, and the processes that run it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from chassis.core.service import Service
from chassis.runtime.bus.signed import BELIEVING, KeyTable
from tests.simulation.archive import Archive, applicant_eraser, forgetter, word_eraser
from tests.simulation.bus import Bus
from tests.simulation.group import Group
from tests.simulation.keys import FarKeys, Keyring
from tests.simulation.loop import SimulatedLoop
from tests.simulation.post import Post
from tests.simulation.process import Process
from tests.simulation.services import altered, delivery
from tests.simulation.variants import Variant
from tests.simulation.wire import Sky, Wire

PERIODS = (300.0, 3_600.0, 20_000.0)
"""Seconds between two sweeps. Longer than in production: time goes in leaps here, and every leap costs a sweep."""


class Shop:
    """What the processes of one service share."""

    def __init__(
        self,
        service: Service[Any],
        variant: Variant,
        sky: Sky,
        bus: Bus,
        asyncio: SimulatedLoop,
        clock: Callable[[], datetime],
        post: Post,
        archive: Archive,
        keyring: Keyring,
    ) -> None:
        self.service = service
        self.variant = variant
        self.sky = sky
        self.asyncio = asyncio
        self.store = variant.store()
        self.group = Group(service.topics, bus, asyncio, sky.rng)
        self.processes: list[Process] = []
        self.graves: list[Process] = []
        self.batch = sky.rng.choice((2, 6, 30))
        self.sweep_seconds = sky.rng.choice(PERIODS)
        self._clock = clock
        self._post = post
        self._archive = archive
        self._keyring = keyring
        self._born = 0

    def begin(self) -> None:
        """Start one more process."""
        self._born += 1
        self.processes.append(Process(f"{self.service.name}-{self._born}", self))

    def bury(self, process: Process) -> None:
        """It is over with this one."""
        self.processes.remove(process)
        self.graves.append(process)

    def keys_by(self, wire: Wire) -> KeyTable:
        """The keys of agencies, as one process asks for them."""
        return FarKeys(self.group.bus, wire) if self._keyring.used else BELIEVING

    def service_on(self, process: Process) -> Service[Any]:
        """The service as one process runs it."""
        service = self.variant.service(self.service, self.sky.rng)
        if service.name == "notify":
            outside = delivery(self._post, process.wire, self._clock, lambda: process.in_turn)
            process.wire.has_untold = lambda: bool(outside._under_way._attempts)
            return altered(service, perform=forgetter(self._archive, process.wire, outside.perform).perform)
        if service.name == "intake":
            return altered(service, perform=applicant_eraser(self._archive, process.wire).perform)
        if service.name == "rating":
            return altered(service, perform=word_eraser(self._archive, process.wire, self.store).perform)
        return service
