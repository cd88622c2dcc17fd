import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from chassis.runtime.bus.admin import Admin
from chassis.runtime.settings import Settings
from contracts.topics import SERVICES
from deploy.embedded import Endpoints, Stack
from deploy.embedded.joining import settings_of, variables_of
from tools.operations.prepared_bus import prepare_bus
from tools.operations.processes import spawn, stop_all
from tools.operations.registry import groups


@dataclass
class Shop:
    """Five services as processes, on servers of their own."""

    settings: Settings
    environment: dict[str, str]
    ports: dict[str, int]
    operator_ports: dict[str, int]
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    def start(self, name: str, instance: str = "") -> None:
        instance = instance or name
        operators = self.operator_ports.setdefault(instance, free_port())
        own = {"LIENTHONG_HTTP_PORT": str(self.ports[instance]), "LIENTHONG_OPERATOR_PORT": str(operators)}
        with (self.settings.home / f"{instance}.log").open("ab") as log:
            self.processes[instance] = spawn(name, env=self.environment | own, stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def url(self, name: str, path: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}{path}"

    def operator_url(self, name: str, path: str) -> str:
        return f"http://127.0.0.1:{self.operator_ports[name]}{path}"

    def log(self, name: str) -> str:
        return (self.settings.home / f"{name}.log").read_text()

    async def settled(self) -> None:
        async with Admin(self.settings.bus) as admin:
            await admin.settled(groups(self.settings))


def environment_of(home: Path, servers: Endpoints, ports: dict[str, int]) -> dict[str, str]:
    """What services have to be told of their surroundings; `ports` are where they answer each other."""
    return {
        **os.environ,
        "LIENTHONG_HOME": str(home),
        "LIENTHONG_SERVICE_TOKEN": "only-for-this-test",
        "LIENTHONG_INTAKE_URL": f"http://127.0.0.1:{ports['intake']}",
        "LIENTHONG_ROUTING_URL": f"http://127.0.0.1:{ports['routing']}",
        **variables_of(servers),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Servers of this module's own: what is counted here must be from here."""
    stack = Stack.ephemeral(tmp_path_factory.mktemp("e2e"))
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


@pytest.fixture(scope="module")
def more_environment() -> dict[str, str]:
    """What a module's services are to be told besides."""
    return {}


@pytest.fixture(scope="module")
async def shop(own_stack: Stack, tmp_path_factory: pytest.TempPathFactory, more_environment: dict[str, str]):
    ports = {name: free_port() for name in SERVICES}
    home: Path = tmp_path_factory.mktemp("shop")
    found = own_stack.endpoints
    settings = settings_of(found, home)
    await prepare_bus(settings)
    operators = {name: free_port() for name in SERVICES}
    running = Shop(settings, {**environment_of(home, found, operators), **more_environment}, ports, operators)
    try:
        for name in SERVICES:
            running.start(name)
        await ready(running)
        yield running
    finally:
        stop_all(running.processes.values())


async def ready(shop: Shop) -> None:
    async with httpx.AsyncClient(timeout=2) as client:
        for name in SERVICES:
            while not await is_ready(client, shop.url(name, "/health/ready")):
                assert shop.processes[name].poll() is None, shop.log(name)


async def is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False
