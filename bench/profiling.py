"""Where the CPU time of sla goes: its job in this process, over a store in memory and a bus that takes everything.

First without a profiler, for the true total; then with one, whose own cost is in the shares but not in that total.
"""

import asyncio
import cProfile
import pstats
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiokafka.partitioner import DefaultPartitioner

from bench.workload import Dossiers, Sent, stream
from chassis.runtime.bus.record import Message
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.telemetry import logs
from contracts.topics import DEFAULT_PARTITIONS
from tools.operations.registry import all_services

STAGES = {
    "parse": ("read_record", "_sort"),
    "load (copies)": ("load",),
    "fold": ("unfold", "restore"),
    "decide": ("decide",),
    "dump state": ("dump",),
    "write events": ("to_json",),
    "save (copies)": ("save",),
    "publish": ("publish",),
}
"""Functions whose cumulative time is a stage; where several are named, one calls the other and the larger counts."""

SHOWN = 30
"""Lines of each table."""

WHENEVER = 4_000_000_000_000
"""When the bus took a record in, milliseconds since 1970: after all that happens in any history."""


@dataclass
class Sink:
    """A bus that takes everything."""

    taken: int = 0

    async def publish(self, messages: Sequence[Message]) -> None:
        """Count."""
        self.taken += len(messages)


def profile(events: int, batch: int) -> None:
    """Print microseconds of CPU per event in all, the shares of the stages, and the costliest functions."""
    logs.configure("ERROR", "bench")
    records = as_read(list(stream(Dossiers(), events)))
    batches = [records[at : at + batch] for at in range(0, len(records), batch)]
    cpu, said = _timed(batches)
    print(f"{events} events, batches of {batch}: {cpu / events * 1e6:.1f} µs CPU an event, {said} events said")
    profiler = cProfile.Profile()
    profiler.runcall(_timed, batches)
    stats = pstats.Stats(profiler, stream=sys.stdout)
    _print_stages(stats, events)
    stats.sort_stats("cumulative").print_stats(SHOWN)
    stats.sort_stats("tottime").print_stats(SHOWN)


def as_read(sent: Sequence[Sent]) -> list[Sent]:
    """The same records with the partitions and offsets that the bus would give them."""
    partitioner, numbers = DefaultPartitioner(), list(range(DEFAULT_PARTITIONS))
    ends: dict[tuple[str, int], int] = {}
    read = []
    for record in sent:
        partition = record.topic, partitioner(record.key, numbers, numbers)
        ends[partition] = offset = ends.get(partition, -1) + 1
        read.append(replace(record, partition=partition[1], offset=offset, timestamp=WHENEVER))
    return read


def _timed(batches: Sequence[Sequence[Sent]]) -> tuple[float, int]:
    return asyncio.run(_process(batches))


async def _process(batches: Sequence[Sequence[Sent]]) -> tuple[float, int]:
    """CPU seconds of the whole job, and how many events it said."""
    sink = Sink()
    loop = Loop(all_services(Settings())["sla"], MemoryStore(), sink.publish)
    began = time.process_time()
    for batch in batches:
        await loop.process(batch)
    return time.process_time() - began, sink.taken


def _print_stages(stats: pstats.Stats, events: int) -> None:
    raw: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = stats.stats  # type: ignore[attr-defined]
    whole = max(cumulative for *_, cumulative, _callers in raw.values())
    print("\nµs an event under the profiler, and share")
    for stage, names in STAGES.items():
        spent = max(
            (entry[3] for (file, _, name), entry in raw.items() if name in names and "asyncio" not in file),
            default=0.0,
        )
        print(f"  {stage:16}{spent / events * 1e6:9.1f}{spent / whole:8.0%}")
    print(f"  {'all':16}{whole / events * 1e6:9.1f}\n")
