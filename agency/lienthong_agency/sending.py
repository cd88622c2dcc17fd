"""Sending: the one way in which a report reaches the bus, however often that has to be tried."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    InvalidMessageError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)

from lienthong_agency.credentials import Bus

TOPIC = "agency.reported"

SEND_SECONDS = 15.0
"""Seconds for one try. A broker answers in milliseconds; one that changes its leader takes some seconds. With fewer, a
slow broker is tried again for nothing; with more, a dead connection is noticed late."""

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between the tries, so some two minutes in all: a broker starts anew in less. With fewer tries, an agency's
program has to know what to do about a restart of the broker; with more, it hangs where nobody will answer."""

FINAL = (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    InvalidMessageError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
)
"""What another try does not mend."""


class NotSentError(Exception):
    """The bus did not take a report. Whether it has it is not known; the same report may be sent again."""


@dataclass
class Sender:
    """Sends records, acknowledged by all in-sync replicas.

    After a refused record aiokafka's idempotent producer can not send to that partition any more. So every error ends
    the producer, and the next try begins with a new one. A record that the bus then has twice is one report: its id is
    the same.
    """

    bus: Bus
    _producer: AIOKafkaProducer | None = field(default=None, init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def send(self, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes]]) -> str:
        """Return when the bus has the record, its place: `topic/partition/offset`.

        Raises:
            NotSentError: it was tried often, or another try would not help.
        """
        for pause in (*PAUSES, None):
            try:
                async with self._lock, asyncio.timeout(SEND_SECONDS):
                    producer = await self._ready()
                    taken = await producer.send_and_wait(TOPIC, value, key=key, headers=list(headers))
            except (KafkaError, TimeoutError) as error:
                await self.stop()
                if pause is None or isinstance(error, FINAL):
                    why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
                    raise NotSentError(
                        f"{self.bus.servers} did not take the report ({why}); check servers, password and rights, "
                        "then send the same report again"
                    ) from error
                await asyncio.sleep(pause)
            else:
                return f"{taken.topic}/{taken.partition}/{taken.offset}"
        raise AssertionError("the last try returns or raises")

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            # Its partitioner is murmur2, as Java's: so all records of a dossier are on one partition, in order.
            self._producer = AIOKafkaProducer(**self.bus.options(), acks="all", enable_idempotence=True)
            await self._producer.start()
        return self._producer

    async def stop(self) -> None:
        """Drop the connection."""
        producer, self._producer = self._producer, None
        if producer is not None:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await producer.stop()
            except (KafkaError, TimeoutError):
                return  # it is given up anyway
