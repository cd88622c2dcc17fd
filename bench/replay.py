"""Replay in one process: read the streams, fold them, and compare with the live store."""

import time
from dataclasses import dataclass

from bench.contender import Batch
from bench.environment import environment
from bench.runner import runner
from bench.throughput import SLA
from bench.workload import Dossiers, stream, under_way
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from tools.operations.registry import all_services
from tools.operations.replay import compare, read_facts

DATABASE = "replayed-"


@dataclass(frozen=True)
class Replay:
    """One replay: events folded, seconds, and documents that were the same."""

    events: int
    seconds: float
    equal: int

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


class DifferentError(Exception):
    """The replay differs from the store: a figure of that would be worth nothing."""


async def replay(events: int, rounds: int) -> list[Replay]:
    """Let sla take in so many events, then replay them some times."""
    service = all_services(Settings())["sla"]
    async with environment(("sla",)) as servers, runner(servers) as bench:
        records = list(stream(Dossiers.usual(), events))
        await bench.run(SLA, Batch((), 1), Batch(records, under_way(events)), DATABASE)
        live = MongoStore(servers.stores["sla"], f"{DATABASE}sla")
        found = []
        for _ in range(rounds):
            began = time.perf_counter()
            comparison = await compare(service, await read_facts(servers.bus, service, None, _nothing), live)
            found.append(Replay(comparison.events, time.perf_counter() - began, comparison.equal))
            if not comparison.same:
                raise DifferentError(f"{len(comparison.different)} documents differ from what the streams give")
        live.close()
    return found


def _nothing(_records: int) -> None:
    """Nobody is told of progress."""
