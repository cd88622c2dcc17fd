"""Feeds a running contender, always ahead of what it can take, and watches what it commits."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.bus import Bus, topics_read
from bench.contender import Batch
from bench.processes import cpu_seconds, ended

CHUNK = 250
"""Records published at once. More come in bursts; fewer let the publishing cost more than it has to."""

LOOK_SECONDS = 0.03
"""Between two looks at what is committed. The end of a run is seen that much too late at most; more looks cost CPU."""

STUCK_SECONDS = 120.0
"""Without any commit for so long, a contender is given up. The slowest one commits several times a second."""


class StuckError(Exception):
    """A contender commits nothing any more; says where its output is."""


@dataclass(frozen=True)
class Feed:
    """Records for one running contender.

    Attributes:
        bus: where they are published.
        group: the contender's consumer group.
        process: the contender.
        log: its output.
    """

    bus: Bus
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
            await self.bus.publish(batch.records[at : at + chunk])

    async def through(self, batch: Batch) -> None:
        """Publish as much as the lead allows, until all that the group has to read is committed.

        Raises:
            StuckError: it commits nothing any more.
        """
        ends, published = sum((await self.bus.ends(topics_read())).values()), 0
        moved, done = time.perf_counter(), await self.bus.committed(self.group)
        goal = ends + len(batch.records)
        while done < goal:
            room = min(batch.lead - (ends + published - done), CHUNK, len(batch.records) - published)
            if room > 0:
                await self.bus.publish(batch.records[published : published + room])
                published += room
            else:
                await asyncio.sleep(LOOK_SECONDS)
            before, done = done, await self.bus.committed(self.group)
            moved = time.perf_counter() if done > before else moved
            if time.perf_counter() - moved > STUCK_SECONDS or ended(self.process):
                raise StuckError(f"{self.group} stands at {done} of {goal} records; {self.log} may say why")
