"""Asks the broker for the ends of partitions. Records that an open transaction withholds count: they are on the bus."""

from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import TopicPartition


class Gauge:
    """High watermarks, asked on a connection of its own, which is made when the first are asked for.

    A consumer that reads what is committed is told the last stable offset instead, and what it knows itself of the
    high watermark is as old as its last fetch.

    Args:
        connect: makes a consumer that reads what is not committed, too, and belongs to no group.
    """

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._consumer: Any = None

    async def ends(self, places: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """The present ends of these partitions.

        Raises:
            KafkaError: the broker does not answer.
        """
        if not (wanted := list(places)):
            return {}
        if self._consumer is None:
            self._consumer = await self._started()
        return dict(await self._consumer.end_offsets(wanted))

    async def _started(self) -> Any:
        consumer = self._connect()
        try:
            await consumer.start()
        except BaseException:
            await consumer.stop()
            raise
        return consumer

    async def stop(self) -> None:
        """Close the connection, if there is one."""
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None
