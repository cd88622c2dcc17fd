"""Publishing: the one way in which anything of ours reaches the bus."""

import asyncio
from collections.abc import Sequence
from functools import lru_cache

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner, murmur2

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.record import Message
from chassis.runtime.bus.trouble import true_reason

log = structlog.get_logger(__name__)

PUBLISH_SECONDS = 30
"""Seconds after which a publish counts as failed, and the producer is replaced: an idempotent one tries for ever.
Shorter replaces it because of a slow broker; longer keeps a batch waiting for a producer that will never send."""


@lru_cache(maxsize=65_536)
def _murmur2(key: bytes) -> int:
    """Kafka's hash of a key. In Python it takes longer than all else about a message, and keys come again."""
    return int(murmur2(key))


def partition_of(key: bytes, partitions: int) -> int:
    """The number of the partition that Kafka's own clients choose for a key, of so many."""
    return (_murmur2(key) & 0x7FFFFFFF) % partitions


class _Partitioner(DefaultPartitioner):  # type: ignore[misc]
    """The partition that every Kafka client chooses for a key."""

    def __call__(self, key: bytes | None, all_partitions: list[int], available: list[int]) -> int:
        if key is None:
            return int(super().__call__(key, all_partitions, available))
        return all_partitions[partition_of(key, len(all_partitions))]


class Publisher:
    """Publishes keyed, acknowledged by all in-sync replicas, idempotent.

    After a record was refused, aiokafka's idempotent producer can not send to that partition any more. So every error
    ends the producer, and the next call begins with a new one.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Return when every message is acknowledged.

        Raises:
            KafkaError, TimeoutError: the bus is down, or refuses; the next call begins with a new producer.
        """
        producer = await self._ready()
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                sent = [
                    await producer.send(
                        message.topic,
                        message.value,
                        key=message.key,
                        partition=message.partition,
                        headers=list(message.headers),
                    )
                    for message in messages
                ]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError):
            if self._producer is producer:  # others may have failed with it, and begun anew
                await self.stop()
            raise

    async def _ready(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = self._bus.producer(
                    enable_idempotence=True,
                    acks="all",
                    linger_ms=5,
                    max_batch_size=256 * 1024,
                    max_request_size=1_400_000,
                    partitioner=_Partitioner(),
                )
                try:
                    await producer.start()
                except KafkaError as error:
                    await producer.stop()
                    raise true_reason(error) from None
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
        return self._producer

    async def stop(self) -> None:
        """Flush what is under way, and drop the connection."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(PUBLISH_SECONDS):
                    await producer.stop()
            except (KafkaError, TimeoutError):
                log.warning("bus.producer-lost")
