"""The progress of a service on each timeline, in MongoDB."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from typing_extensions import override

from chassis.core.stream_time import Timeline, Told, latest
from chassis.runtime.store.protocol import TimelineStore
from chassis.runtime.store.stored import text, timeline_of


class MongoTimelines(TimelineStore):
    """The timelines of one service.

    Args:
        database: the service's own.
    """

    def __init__(self, database: Any) -> None:
        self.database = database

    @override
    async def hear(self, told: Sequence[Told]) -> None:
        for name, (ticks, passed) in latest(told).items():
            added = {"$addToSet": {"ticks": {"$each": sorted(map(text, ticks))}}} if ticks else {}
            furthest = {"$max": {f"passed.{teller}": text(at) for teller, at in passed.items()}} if passed else {}
            await self.database.timelines.update_one({"_id": name}, {**added, **furthest}, upsert=True)

    @override
    async def timeline(self, name: str) -> Timeline:
        return timeline_of(await self.database.timelines.find_one({"_id": name}) or {})

    @override
    async def open_timelines(self) -> set[str]:
        found = self.database.timelines.find({"ticks.0": {"$exists": True}}, {"_id": 1})
        return {timeline["_id"] async for timeline in found}

    @override
    async def digested(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        furthest = {f"digested.{partition}": text(at) for partition, at in moments.items()}
        await self.database.timelines.update_one({"_id": timeline}, {"$max": furthest}, upsert=True)

    @override
    async def passed_on(self, timeline: str, tick: datetime) -> None:
        told = {"$max": {"passed_on": text(tick)}, "$pull": {"ticks": {"$lte": text(tick)}}}
        await self.database.timelines.update_one({"_id": timeline}, told, upsert=True)

    @override
    async def acted(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        furthest = {f"acted.{partition}": text(at) for partition, at in moments.items()}
        await self.database.timelines.update_one({"_id": timeline}, {"$max": furthest}, upsert=True)

    @override
    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        owned = sorted(partitions)
        # What was told before timelines had a record of their own is kept by partition.
        found = self.database.clocks.find({"p": {"$in": owned}})
        clocks = {(clock["timeline"], clock["p"]): clock["now"] async for clock in found}
        async for timeline in self.database.timelines.find({}, {"acted": 1}):
            acted = timeline_of(timeline).acted
            clocks |= {(timeline["_id"], partition): acted[partition] for partition in owned if partition in acted}
        return clocks
