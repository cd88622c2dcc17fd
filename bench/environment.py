"""The environment of one measure: an embedded stack of its own, with all topics, stopped and forgotten at the end."""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chassis.runtime.bus.connection import Bus
from deploy.embedded import SERVICES, Stack
from deploy.embedded.endpoints import KAFKA
from deploy.embedded.joining import settings_of
from tools.operations.prepared_bus import prepare_bus

HOME = Path(".lienthong/bench")
"""On the disk of the checkout: what is kept in memory would be no benchmark of a store."""

SCRATCH = "scratch"
"""Folder in it for whatever else a measure writes."""


@dataclass(frozen=True)
class Environment:
    """Where the servers of one measure answer.

    Attributes:
        folder: for whatever else belongs to the measure.
        bus: which one, as one who may do everything.
        stores: MongoDB URL by service.
        pids: process ids of the servers by name.
        access: folder of every principal's credentials; None: the bus lets everybody do everything.
    """

    folder: Path
    bus: Bus
    stores: dict[str, str]
    pids: dict[str, int]
    access: Path | None = None


@asynccontextmanager
async def environment(services: Sequence[str] = SERVICES, *, secure: bool = False) -> AsyncIterator[Environment]:
    """Kafka and the stores of some services, empty.

    Without `secure` they let everybody in: contenders that are not ours know no passwords, and all are measured alike.
    """
    stack = Stack.ephemeral(HOME, secure=secure)
    stack.down()  # what a benchmark left behind that was killed
    _forget()
    try:
        for server in (KAFKA, *services):
            stack.start(server)
        pids = {server: found.pid for server in (KAFKA, *services) if (found := stack.process(server))}
        settings = settings_of(stack.endpoints, stack.home)
        await prepare_bus(settings)
        yield Environment(stack.home / SCRATCH, settings.bus, stack.endpoints.mongo, pids, stack.access)
    finally:
        stack.down()
        _forget()


def _forget() -> None:
    """Everything but Kafka's jars, which are fetched once."""
    for data in (SCRATCH, "store", "kafka/data", "logs"):
        shutil.rmtree(HOME / data, ignore_errors=True)
    (HOME / SCRATCH).mkdir(parents=True)
