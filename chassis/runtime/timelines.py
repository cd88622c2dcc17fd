"""What one instance knows of the timelines that ticks tell; all of it is in the store, for all instances."""

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
        """Others may have gone on with them since."""
        self._seen.clear()
        self.news.set()

    @property
    def seen(self) -> Mapping[str, Timeline]:
        """How far the service was on each timeline when this instance last looked."""
        return self._seen

    async def see(self, timelines: Iterable[str]) -> None:
        """Look at those that were not seen yet."""
        for name in timelines:
            if name not in self._seen:
                await self.look(name)

    async def look(self, name: str) -> Timeline:
        """How far the service is on a timeline now."""
        found = self._seen[name] = await self._store.timeline(name)
        if not found.waits:
            self.open.discard(name)
        return found

    async def find_open(self) -> None:
        """Find the timelines on which a tick waits."""
        self.open |= await self._store.open_timelines()

    async def hear(self, told: Sequence[Told]) -> None:
        """Remember what was told. On the live timeline nobody but the wall clock tells the time."""
        heard = [one for one in told if one.timeline != LIVE]
        if heard:
            await self._store.hear(heard)
            self.open.update(one.timeline for one in heard)
        if self.open:
            self.news.set()

    async def digested(self, name: str, moments: Mapping[int, datetime]) -> None:
        """Up to these ticks all is on record, by partition."""
        await self._store.digested(name, moments)

    async def acted(self, name: str, moments: Mapping[int, datetime]) -> None:
        """Up to these ticks all that was due was decided, by partition."""
        await self._store.acted(name, moments)

    async def passed_on(self, name: str, tick: datetime) -> None:
        """Those downstream were told."""
        await self._store.passed_on(name, tick)
