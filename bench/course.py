"""Measures one contender from outside: feeds it, watches its commits, reads the clock, its CPU time and its memory."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pymongo
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from bson.raw_bson import RawBSONDocument

from bench.place import Place
from bench.processes import cpu_seconds, ended, peak_mb, resident_mb, running
from bench.workload import Sent
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.settings import Settings
from contracts.topics import DEFAULT_PARTITIONS
from tools.operations.registry import all_services

CHUNK = 250
"""Records published at once."""

LOOK_SECONDS = 0.03
"""Between two looks at what is committed."""

STUCK_SECONDS = 120.0
"""Without any commit for so long, a contender is given up."""

Offsets = dict[TopicPartition, int]


@dataclass(frozen=True)
class Contender:
    """Somebody who does the job.

    Attributes:
        name: for the table.
        command: its program and arguments, after `python`.
        preloaded: it reads everything in the order of time by itself, so all is published before it may begin. The
            others are fed: always ahead of what they can take, never two events of one dossier at a time.
        environment: what else it has to know.
    """

    name: str
    command: tuple[str, ...]
    preloaded: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What one run of a contender came to.

    Attributes:
        contender: its name.
        events: how many were measured, after the warm-up; `taken`, `taken_bytes`: all of them.
        seconds: from the first record until the last is committed.
        cpu_seconds: of the contender's own process, user and system, meanwhile.
        idle_mb: resident memory before the first measured event; `peak_mb` the most it ever was.
        said: events it published, warm-up included; `said_bytes` their size.
        stored_bytes: of its documents at the end, without the events; 0 where they are elsewhere.
    """

    contender: str
    events: int
    taken: int
    taken_bytes: int
    seconds: float
    cpu_seconds: float
    idle_mb: float
    peak_mb: float
    said: int
    said_bytes: int
    stored_bytes: int

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def state_bytes(self) -> float:
        """What a document grows by with every event."""
        return self.stored_bytes / (self.taken + self.said)

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU an event."""
        return self.cpu_seconds / self.events * 1000


class StuckError(Exception):
    """A contender commits nothing any more; says where its output is."""


@dataclass(frozen=True)
class Batch:
    """Records to be fed, and how many may be published that are not committed yet."""

    records: Sequence[Sent]
    lead: int


@dataclass
class Course:
    """Where contenders run: the servers, and connections for feeding and looking."""

    place: Place
    publisher: Publisher
    admin: AIOKafkaAdminClient
    gauge: AIOKafkaConsumer
    runs: int = 0

    async def run(self, contender: Contender, warm: Batch, measured: Batch, database: str = "") -> Run:
        """Start it on a group of its own, warm it up, measure it, and stop it.

        Its database is its own too and forgotten afterwards, unless one is named.
        """
        self.runs += 1
        group = f"bench{self.runs}-{contender.name}"
        said_from = await self._ends(saying())
        await self._begin_at(group)
        log = self.place.folder / f"{group}.log"
        with running(contender.command, self._environment(contender, group, database), log) as process:
            feed = Feed(self, group, process, log)
            await feed.through(warm)
            idle = resident_mb(process)
            if contender.preloaded:
                await feed.at_once(measured)
            seconds, cpu = await feed.timed(Batch(() if contender.preloaded else measured.records, measured.lead))
            peak = peak_mb(process)
        said = await self._said_since(said_from)
        stored = self._stored(group, forget=not database)
        taken = [len(one.value) for one in (*warm.records, *measured.records)]
        return Run(
            contender=contender.name,
            events=len(measured.records),
            taken=len(taken),
            taken_bytes=sum(taken),
            seconds=seconds,
            cpu_seconds=cpu,
            idle_mb=idle,
            peak_mb=peak,
            said=len(said),
            said_bytes=sum(said),
            stored_bytes=stored,
        )

    def _environment(self, contender: Contender, group: str, database: str) -> dict[str, str]:
        prefix = f"bench{self.runs}-"
        return {
            "BENCH_KAFKA": self.place.kafka,
            "BENCH_MONGO": self.place.stores["sla"],
            "BENCH_GROUP": group,
            "BENCH_FOLDER": str(self.place.folder / group),
            "LIENTHONG_KAFKA": self.place.kafka,
            "LIENTHONG_MONGO": self.place.stores["sla"],
            "LIENTHONG_GROUP_PREFIX": prefix,
            "LIENTHONG_DATABASE_PREFIX": database or prefix,
            "LIENTHONG_HTTP_PORT": str(free_port()),
            "LIENTHONG_HOME": str(self.place.folder),
            "LIENTHONG_LOG_LEVEL": "WARNING",
            **contender.environment,
        }

    async def publish(self, records: Sequence[Sent]) -> None:
        """Return when they are acknowledged."""
        await self.publisher([Message(one.topic, one.key, one.value) for one in records])

    async def committed(self, group: str) -> int:
        """Records that a group has committed, over all topics."""
        found = await self.admin.list_consumer_group_offsets(group)
        return sum(max(0, one.offset) for one in found.values())

    async def _begin_at(self, group: str) -> None:
        """What was published for others is none of this group's business."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.place.kafka, group_id=group, enable_auto_commit=False)
        ends = await self._ends(reading())
        async with consumer:
            consumer.assign(list(ends))
            await consumer.commit(ends)

    async def _ends(self, topics: Sequence[str]) -> Offsets:
        places = [TopicPartition(topic, number) for topic in topics for number in range(DEFAULT_PARTITIONS)]
        self.gauge.assign(places)
        self.gauge.pause(*places)
        return dict(await self.gauge.end_offsets(places))

    async def _said_since(self, start: Offsets) -> list[int]:
        """The sizes of all events published since; markers of transactions are none."""
        ends = await self._ends(saying())
        if ends == start:
            # Nothing to wait for. A consumer stopped before it ever waited would raise CancelledError (aiokafka 0.14).
            return []
        consumer = AIOKafkaConsumer(bootstrap_servers=self.place.kafka, isolation_level="read_committed")
        sizes: list[int] = []
        async with consumer:
            consumer.assign(list(ends))
            for place, offset in start.items():
                consumer.seek(place, offset)
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    sizes += [len(one.value or b"") for one in records]
        return sizes

    def _stored(self, database: str, *, forget: bool) -> int:
        """Bytes of all documents of a database that is looked at once."""
        if not forget:
            return 0
        with pymongo.MongoClient[RawBSONDocument](self.place.stores["sla"], document_class=RawBSONDocument) as client:
            found = sum(len(one.raw) for one in client[database].documents.find())
            client.drop_database(database)
        return found


@dataclass(frozen=True)
class Feed:
    """Records for one running contender."""

    course: Course
    group: str
    process: psutil.Process
    log: Path

    async def timed(self, batch: Batch) -> tuple[float, float]:
        """Seconds until all is committed, of the clock and of the contender's CPU."""
        cpu, began = cpu_seconds(self.process), time.perf_counter()
        if not batch.records:
            self.process.resume()
        await self.through(batch)
        return time.perf_counter() - began, cpu_seconds(self.process) - cpu

    async def at_once(self, batch: Batch) -> None:
        """Publish everything while the contender stands still; it goes on when it is timed."""
        self.process.suspend()
        # The broker stamps what is published together alike: two events of one dossier must not be.
        chunk = max(1, min(CHUNK, batch.lead // 2))
        for at in range(0, len(batch.records), chunk):
            await self.course.publish(batch.records[at : at + chunk])

    async def through(self, batch: Batch) -> None:
        """Publish as much as the lead allows, until all that the group has to read is committed.

        Raises:
            StuckError: it commits nothing any more.
        """
        ends, published = await self._target(), 0
        moved, done = time.perf_counter(), await self.course.committed(self.group)
        goal = ends + len(batch.records)
        while done < goal:
            room = min(batch.lead - (ends + published - done), CHUNK, len(batch.records) - published)
            if room > 0:
                await self.course.publish(batch.records[published : published + room])
                published += room
            else:
                await asyncio.sleep(LOOK_SECONDS)
            before, done = done, await self.course.committed(self.group)
            moved = time.perf_counter() if done > before else moved
            if time.perf_counter() - moved > STUCK_SECONDS or ended(self.process):
                raise StuckError(f"{self.group} stands at {done} of {goal} records; {self.log} may say why")

    async def _target(self) -> int:
        return sum((await self.course._ends(reading())).values())  # noqa: SLF001 - a part of the course


@asynccontextmanager
async def course(place: Place) -> AsyncIterator[Course]:
    """Connections to the servers of a place."""
    admin = AIOKafkaAdminClient(bootstrap_servers=place.kafka)
    gauge = AIOKafkaConsumer(bootstrap_servers=place.kafka, enable_auto_commit=False)
    opened = Course(place, Publisher(place.kafka), admin, gauge)
    await admin.start()
    await gauge.start()
    try:
        yield opened
    finally:
        await opened.publisher.stop()
        await gauge.stop()
        await admin.close()


def reading() -> tuple[str, ...]:
    """Topics that every contender reads."""
    return all_services(Settings())["sla"].topics


def saying() -> tuple[str, ...]:
    """Topics that every contender writes."""
    return tuple(payload.TYPE for payload in all_services(Settings())["sla"].emits)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])
