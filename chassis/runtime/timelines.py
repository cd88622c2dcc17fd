"""One instance's view of the timelines that ticks tell. The store holds the truth, for all instances."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from chassis.core.stream_time import Timeline, Told
from chassis.runtime.store.protocol import TimelineStore
from contracts.envelope import LIVE


class Timelines:
    """The timelines of one service.

    Attributes:
        open: those on which a tick waits to be passed on, as far as this instance knows.
        news: something happened that may let a tick go on.
    """

    def __init__(self, store: TimelineStore) -> None:
        self._store = store
        self._seen: dict[str, Timeline] = {}
        self.open: set[str] = set()
        self.news = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Ticks that are not passed on yet, of all timelines, as far as this instance has seen them."""
        return sum(len(self._seen[name].waits) for name in self.open if name in self._seen)

    def forget(self) -> None:
        """Forget what was seen: other instances may have gone on since."""
        self._seen.clear()
        self.news.set()

    @property
    def seen(self) -> Mapping[str, Timeline]:
        """The progress on each timeline when this instance last looked."""
        return self._seen

    async def see(self, timelines: Iterable[str]) -> None:
        """Look at those that were not seen yet."""
        for name in timelines:
            if name not in self._seen:
                await self.look(name)

    async def look(self, name: str) -> Timeline:
        """The progress on a timeline now, from the store."""
        found = self._seen[name] = await self._store.timeline(name)
        if not found.waits:
            self.open.discard(name)
        return found

    async def find_open(self) -> None:
        """Find the timelines on which a tick waits."""
        self.open |= await self._store.open_timelines()

    async def hear(self, told: Sequence[Told]) -> None:
        """Remember these statements of time. On the live timeline only the wall clock tells the time."""
        ticked = [statement for statement in told if statement.timeline != LIVE]
        if ticked:
            await self._store.hear(ticked)
            self.open.update(statement.timeline for statement in ticked)
        if self.open:
            self.news.set()

    async def digested(self, name: str, moments: Mapping[int, datetime]) -> None:
        """Note the ticks up to which everything is on record, by partition."""
        await self._store.digested(name, moments)

    async def acted(self, name: str, moments: Mapping[int, datetime]) -> None:
        """Note the ticks up to which everything due is decided, by partition."""
        await self._store.acted(name, moments)

    async def passed_on(self, name: str, tick: datetime) -> None:
        """Note that those downstream were told of this tick."""
        await self._store.passed_on(name, tick)
