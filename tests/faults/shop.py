"""The services under fault: instances as processes on servers of their own, and how to hurt them."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from chassis.runtime.bus.admin import Admin, BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.settings import Settings
from contracts.topics import SERVICES
from deploy.embedded import Stack
from deploy.embedded.joining import settings_of, variables_of
from tools.operations.processes import spawn, stop_all
from tools.operations.registry import groups

SESSION_MS = 3_000
"""After how long a silent instance loses its partitions, in these tests."""

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 180


class ShopError(AssertionError):
    """A service does not come back; says which, and where its log is."""


@dataclass
class Instance:
    """One process of a service."""

    service: str
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None


@dataclass
class Shop:
    """All instances by label: `sla` is the first of sla, `sla-2` the second.

    Attributes:
        stack: the servers.
        home: folder of logs and outbox.
        environment: of every service.
        skewed: environment variables of single services, such as another clock.
    """

    stack: Stack
    home: Path
    environment: dict[str, str]
    skewed: dict[str, Mapping[str, str]] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """What a tool needs to talk to the same servers."""
        found = self.stack.endpoints
        calendar = self.environment.get("LIENTHONG_CALENDAR")
        return settings_of(found, self.home, calendar=Path(calendar) if calendar else None)

    def start(self, label: str) -> None:
        """Start an instance, in the place of one that ended."""
        service = label.partition("-")[0]
        port = self.ports.setdefault(label, free_port())
        own = {"LIENTHONG_HTTP_PORT": str(port), "LIENTHONG_OPERATOR_PORT": str(free_port())}
        environment = self.environment | self.skewed.get(service, {}) | own
        with (self.home / f"{label}.log").open("ab") as log:
            self.instances[label] = Instance(service, port, spawn(service, env=environment, stdout=log, stderr=log))

    def send(self, label: str, signum: signal.Signals) -> None:
        """Send a signal to an instance."""
        self.instances[label].process.send_signal(signum)

    def kill(self, label: str) -> None:
        """SIGKILL."""
        self.send(label, signal.SIGKILL)
        self.instances[label].process.wait()

    async def stop(self, label: str) -> None:
        """SIGTERM, and wait for an orderly end."""
        await asyncio.to_thread(stop_all, [self.instances.pop(label).process])

    def urls(self, service: str) -> list[str]:
        """Where the service's instances answer; while none runs, where the first one will."""
        ports = [one.port for one in self.instances.values() if one.service == service]
        return [f"http://127.0.0.1:{port}" for port in ports or [self.ports[service]]]

    def labels(self, services: Sequence[str] = SERVICES) -> list[str]:
        """The labels of all instances of these services."""
        return [label for label, one in self.instances.items() if one.service in services]

    async def recovered(self, services: Sequence[str] = SERVICES) -> None:
        """Wait until these services are ready and have digested all that is on the bus now."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.ready(services)
                await self._caught_up(services)
        except TimeoutError:
            slow = ", ".join(services)
            raise ShopError(f"not back after {PATIENCE_SECONDS} s: {slow}; their logs are in {self.home}") from None

    async def ready(self, services: Sequence[str] = SERVICES) -> None:
        """Wait until every instance of these services says that it is ready."""
        async with httpx.AsyncClient(timeout=2) as client:
            for label in self.labels(services):
                while not await self._is_ready(client, label):  # noqa: ASYNC110 - another process does it
                    await asyncio.sleep(LOOK_SECONDS)

    async def is_ready(self, label: str) -> bool:
        """Whether an instance says that it is ready now."""
        async with httpx.AsyncClient(timeout=2) as client:
            return await self._is_ready(client, label)

    async def _is_ready(self, client: httpx.AsyncClient, label: str) -> bool:
        instance = self.instances[label]
        if not instance.alive and instance.process.returncode != -signal.SIGKILL:
            raise ShopError(f"{label} ended by itself ({instance.process.returncode}): {self.home / label}.log")
        try:
            return (await client.get(f"http://127.0.0.1:{instance.port}/health/ready")).is_success
        except httpx.HTTPError:
            return False

    async def _caught_up(self, services: Sequence[str]) -> None:
        left = {group: topics for group, topics in groups(self.settings).items() if group.split(".")[1] in services}
        ends: dict[TopicPartition, int] = {}
        while left:
            with suppress(BusError, KafkaError, OSError):
                async with Admin(self.settings.bus) as admin, _groups(self.settings.bus) as positions:
                    ends = ends or await admin.ends()
                    while left:
                        for group in list(left):
                            done = await positions.list_consumer_group_offsets(group)
                            behind = [p for p, end in ends.items() if p.topic in left[group] and _at(done, p) < end]
                            if not behind:
                                del left[group]
                        await asyncio.sleep(LOOK_SECONDS)
            await asyncio.sleep(LOOK_SECONDS)


def _at(committed: dict[TopicPartition, OffsetAndMetadata], place: TopicPartition) -> int:
    return committed[place].offset if place in committed else 0


@asynccontextmanager
async def _groups(bus: Bus) -> AsyncIterator[AIOKafkaAdminClient]:
    client = bus.admin()
    try:
        await client.start()
        yield client
    finally:
        await client.close()


def free_port() -> int:
    """A port that nobody listens on, below those that the kernel lends to outgoing connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def opened(stack: Stack, home: Path) -> Iterator[Shop]:
    """A shop whose servers run; its services are started by whoever opened it, and stopped with it."""
    home.mkdir(parents=True, exist_ok=True)
    stack.up()
    shop = Shop(stack, home, {})
    shop.ports = {name: free_port() for name in SERVICES}
    found = stack.endpoints
    shop.environment = os.environ | {
        "LIENTHONG_HOME": str(home),
        "LIENTHONG_SERVICE_TOKEN": "only-for-this-test",
        "LIENTHONG_INTAKE_URL": f"http://127.0.0.1:{shop.ports['intake']}",
        "LIENTHONG_SESSION_TIMEOUT_MS": str(SESSION_MS),
        **variables_of(found),
    }
    try:
        yield shop
    finally:
        for instance in shop.instances.values():
            if instance.alive:
                instance.process.send_signal(signal.SIGCONT)
        stop_all(one.process for one in shop.instances.values())
        stack.down()
