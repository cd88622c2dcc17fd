"""What the timekeeper has to know of a bus, where there is none."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import TopicPartition


class AllRead:
    """All partitions are one instance's, and all is read unless `unread` holds something."""

    def __init__(self, partitions: int = 1, unread: Callable[[], Any] = lambda: None) -> None:
        self.partitions = partitions
        self.owned = frozenset(range(partitions))
        self._unread = unread

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        yield

    async def persist(self, task: Callable[[], Awaitable[None]]) -> bool:
        await task()
        return True

    async def ends(self, partitions: Iterable[int]) -> dict[TopicPartition, int]:
        return {TopicPartition("all", one): 0 for one in partitions}

    async def reached(self, _ends: object) -> bool:
        return not self._unread()
