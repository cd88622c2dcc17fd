"""The benchmark runner measures one contender from outside: its time, its CPU time, its memory, and what it emits."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pymongo
from bson.raw_bson import RawBSONDocument

from bench.bus import Bus, connected, topics_written
from bench.contender import Batch, Contender, Run
from bench.environment import Environment
from bench.feeding import Feed
from bench.processes import peak_mb, resident_mb, running


@dataclass
class Runner:
    """Runs contenders one after the other, on the same servers.

    Attributes:
        environment: the servers.
        bus: connections for feeding and looking.
        runs: how many there were; each has names of its own.
    """

    environment: Environment
    bus: Bus
    runs: int = 0

    async def run(self, contender: Contender, warm: Batch, measured: Batch, database: str = "") -> Run:
        """Start it on a group of its own, warm it up, measure it, and stop it.

        Its database is its own too and forgotten afterwards, unless one is named.
        """
        self.runs += 1
        group = f"bench{self.runs}-{contender.name}"
        emitted_from = await self.bus.ends(topics_written())
        await self.bus.begin_at_the_end(group)
        log = self.environment.folder / f"{group}.log"
        with running(contender.command, self._variables(contender, group, database), log) as process:
            feed = Feed(self.bus, group, process, log)
            await feed.through(warm)
            idle = resident_mb(process)
            if contender.preloaded:
                await feed.at_once(measured)
            seconds, cpu = await feed.timed(Batch(() if contender.preloaded else measured.records, measured.lead))
            peak = peak_mb(process)
        emitted = await self.bus.emitted_since(emitted_from)
        stored = self._stored(group, forget=not database)
        taken = [len(record.value) for record in (*warm.records, *measured.records)]
        return Run(
            contender=contender.name,
            events=len(measured.records),
            taken=len(taken),
            taken_bytes=sum(taken),
            seconds=seconds,
            cpu_seconds=cpu,
            idle_mb=idle,
            peak_mb=peak,
            said=len(emitted),
            said_bytes=sum(emitted),
            stored_bytes=stored,
        )

    def _variables(self, contender: Contender, group: str, database: str) -> dict[str, str]:
        """The environment variables by which a contender, or a service of the product, finds everything."""
        prefix = f"bench{self.runs}-"
        return {
            "BENCH_KAFKA": self.environment.bus.servers,
            "BENCH_MONGO": self.environment.stores["sla"],
            "BENCH_GROUP": group,
            "BENCH_FOLDER": str(self.environment.folder / group),
            "LIENTHONG_KAFKA": self.environment.bus.servers,
            "LIENTHONG_MONGO": self.environment.stores["sla"],
            "LIENTHONG_GROUP_PREFIX": prefix,
            "LIENTHONG_DATABASE_PREFIX": database or prefix,
            "LIENTHONG_HTTP_PORT": str(free_port()),
            "LIENTHONG_OPERATOR_PORT": str(free_port()),
            "LIENTHONG_HOME": str(self.environment.folder),
            "LIENTHONG_LOG_LEVEL": "WARNING",
            **contender.variables,
        }

    def _stored(self, database: str, *, forget: bool) -> int:
        """Bytes of all documents of a database, which is dropped then; 0 for one that stays."""
        if not forget:
            return 0
        url = self.environment.stores["sla"]
        with pymongo.MongoClient[RawBSONDocument](url, document_class=RawBSONDocument) as client:
            found = sum(len(document.raw) for document in client[database].documents.find())
            client.drop_database(database)
        return found


@asynccontextmanager
async def runner(environment: Environment) -> AsyncIterator[Runner]:
    """A runner with connections to these servers."""
    async with connected(environment.bus) as bus:
        yield Runner(environment, bus)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])
