"""Listening: what is said on the bus from now on, kept in the order in which it is heard."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Self

from aiokafka import ConsumerRecord

from chassis.runtime.bus.connection import Bus


class Listener:
    """Hears some topics from now on, without a group; use it as `async with Listener(…)`.

    Args:
        bus: how the bus is reached.
        topics: what is heard.
        hear: told of every record, in the order of each partition.
    """

    def __init__(self, bus: Bus, topics: Iterable[str], hear: "Callable[[ConsumerRecord[bytes, bytes]], None]") -> None:
        self._hear = hear
        # As the services read them: what its sender took back never was.
        self._consumer = bus.consumer(*topics, enable_auto_commit=False, isolation_level="read_committed")
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        await self._consumer.seek_to_end()
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._consumer.stop()

    async def _listen(self) -> None:
        async for record in self._consumer:
            async with self._news:
                self._hear(record)
                self._news.notify_all()

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something that was heard makes this so; False if nothing does within so many seconds.

        Raises:
            KafkaError: the bus can not be heard any more.
        """
        if self._listening.done():
            self._listening.result()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(holds)
        return holds()
