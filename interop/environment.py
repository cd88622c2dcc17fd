"""The environment that clients meet: a real broker, one intake, three instances of routing; forgotten at the end."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.connection import Bus
from chassis.runtime.settings import Settings
from deploy.embedded import Stack
from deploy.embedded.endpoints import KAFKA
from deploy.embedded.joining import settings_of, variables_of
from deploy.embedded.ports import Ports
from interop.signing import CLUSTER, new_keys
from lienthong_agency.signing import SigningKey, new_key
from tools.operations.prepared_bus import prepare_bus
from tools.operations.processes import spawn, stop_all
from tools.operations.registry import groups

SERVICES = ("intake", "routing")
ROUTINGS = 3
"""Instances of routing: a dossier whose records lie on several partitions is then handled by several of them."""

DIGESTED_SECONDS = 60.0
"""How long the services may take to digest what is left, after the last client has ended."""


@dataclass(frozen=True)
class Environment:
    """Servers and services that run.

    Attributes:
        bus: which one, as one who may do everything.
        settings: say where bus and stores answer.
        variables: environment variables that tell the product's programs the same.
        root: says who has which key.
        keys: of the agencies that are played; they count when they are published.
    """

    bus: Bus
    settings: Settings
    variables: dict[str, str]
    root: SigningKey
    keys: dict[str, SigningKey]

    async def lag(self) -> int:
        """Records that are left to read, when the services have had time to read them."""
        mine = {self.settings.group_prefix + name for name in SERVICES}
        wanted = {group: topics for group, topics in groups(self.settings).items() if group in mine}
        async with Admin(self.bus) as admin:
            try:
                await asyncio.wait_for(admin.settled(wanted), DIGESTED_SECONDS)
            except TimeoutError:
                return sum((await admin.lag(wanted)).values())
        return 0

    def replayed(self) -> str:
        """The first line of `replay routing --compare`."""
        found = subprocess.run(
            [sys.executable, "-m", "tools.cli", "replay", "routing", "--compare"],
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return found.stdout.strip().splitlines()[0] if found.stdout.strip() else found.stderr.strip()[-500:]


@asynccontextmanager
async def environment(home: Path) -> AsyncIterator[Environment]:
    """Servers and services of this run's own, on free ports; `home` keeps their logs."""
    # The foreign clients know no passwords yet: docs/interop.md is about records, and not about who sends them.
    stack = Stack.ephemeral(home, secure=False)
    await asyncio.to_thread(stack.down)  # what a run left behind that was killed
    for data in ("store", "kafka/data", "logs"):
        shutil.rmtree(home / data, ignore_errors=True)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for server in (KAFKA, *SERVICES):
            await asyncio.to_thread(stack.start, server)
        found = stack.endpoints
        settings = settings_of(found, home)
        await prepare_bus(settings)
        root = new_key("root", CLUSTER)
        variables = {
            **os.environ,
            "LIENTHONG_HOME": str(home),
            "LIENTHONG_SERVICE_TOKEN": "only-for-this-run",
            "LIENTHONG_CLUSTER": CLUSTER,
            "LIENTHONG_ROOT_KEY": root.public_key,
            **variables_of(found),
        }
        for number, name in enumerate(("intake", *["routing"] * ROUTINGS)):
            with (home / f"{name}-{number}.log").open("wb") as log:
                free = Ports.free()
                own = {
                    "LIENTHONG_HTTP_PORT": str(free.http[name]),
                    "LIENTHONG_OPERATOR_PORT": str(free.operators[name]),
                }
                processes.append(spawn(name, env=variables | own, stdout=log, stderr=log))
        yield Environment(settings.bus, settings, variables, root, new_keys())
    finally:
        await asyncio.to_thread(stop_all, processes)
        await asyncio.to_thread(stack.down)
