"""Topics and groups, for the command line: create, count, measure the lag, wait until all is digested."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from aiokafka import TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError
from tenacity import RetryCallState, retry, retry_if_exception_type, stop_after_delay, wait_fixed

from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.trouble import CERTIFICATE, CREDENTIALS, kind_of, true_reason
from contracts.topics import DEFAULT_PARTITIONS, PAYLOADS, SERVICES, dead_letter_topic

TOPIC_SETTINGS = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    # Stamped by the broker, so that "it speaks of the future" means the same on every replay.
    "message.timestamp.type": "LogAppendTime",
}

SAFE_COPIES = 3
"""Copies from which on a record is acknowledged only when two brokers have it: then one may die, and nothing is lost or
stands still. With fewer copies that rule would stop the bus when one broker is away."""

Offsets = dict[TopicPartition, int]


def all_topics() -> list[str]:
    """Every topic there has to be, in alphabetical order."""
    return sorted([*PAYLOADS, *map(dead_letter_topic, SERVICES)])


class BusError(Exception):
    """The bus does not answer or refuses; says what to do."""


def _unavailable(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    raise BusError(f"Kafka does not tell the offsets of a group ({type(error).__name__}): look at its log")


class Admin:
    """A connection for asking about the bus; use as `async with Admin(bus) as admin`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._topics: dict[str, int] = {}
        self._admin = bus.admin()
        self._consumer = bus.consumer(enable_auto_commit=False, isolation_level="read_committed")

    async def __aenter__(self) -> Self:
        try:
            await self._admin.start()
            await self._consumer.start()
        except KafkaError as failed:
            await self.__aexit__()
            error = true_reason(failed)
            if kind_of(error) == CREDENTIALS:
                raise BusError(
                    f"Kafka at {self._bus} does not know us ({type(error).__name__}): mend name or password"
                ) from None
            if kind_of(error) == CERTIFICATE:
                raise BusError(
                    f"Kafka at {self._bus} and we do not believe each other's certificates ({error}): name the right "
                    "authority in LIENTHONG_KAFKA_CA, and a protocol that the broker speaks in LIENTHONG_KAFKA_SECURITY"
                ) from None
            raise BusError(
                f"Kafka does not answer at {self._bus} ({type(error).__name__}): start it, "
                "for example with `lienthong stack up`, or set LIENTHONG_KAFKA"
            ) from None
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._admin.close()
        await self._consumer.stop()

    async def apply(self, partitions: int = DEFAULT_PARTITIONS, replication: int = 1) -> list[str]:
        """Create the topics that are missing; returns them. Topics that exist are left as they are."""
        missing = [name for name in all_topics() if name not in await self.topics()]
        in_sync = {"min.insync.replicas": "2"} if replication >= SAFE_COPIES else {}
        wanted = [NewTopic(name, partitions, replication, topic_configs=TOPIC_SETTINGS | in_sync) for name in missing]
        if not wanted:
            return []
        try:
            await self._admin.create_topics(wanted)
        except TopicAlreadyExistsError:
            pass
        except KafkaError as error:
            raise BusError(f"topics can not be created: {error}") from None
        while set(missing) - set(await self.topics()):  # noqa: ASYNC110 - the broker tells nobody when they are there
            await asyncio.sleep(0.05)
        return missing

    async def topics(self) -> dict[str, int]:
        """Number of partitions of each of our topics that exists. All there, they are not asked for again."""
        if len(self._topics) == len(all_topics()):
            return self._topics
        found = await self._admin.describe_topics()
        counts = {one["topic"]: len(one["partitions"]) for one in found if not one["error_code"]}
        self._topics = {name: counts[name] for name in all_topics() if name in counts}
        return self._topics

    async def ends(self, topics: Iterable[str] | None = None) -> Offsets:
        """The last stable offset of every partition: what an open transaction withholds can not be read yet."""
        wanted = set(topics) if topics is not None else None
        places = [
            TopicPartition(topic, n)
            for topic, count in (await self.topics()).items()
            if wanted is None or topic in wanted
            for n in range(count)
        ]
        if not places:
            return {}
        # Assigned, the consumer learns of all topics at once; asked alone, of one each tenth of a second.
        self._consumer.assign(places)
        self._consumer.pause(*places)
        return dict(await self._consumer.end_offsets(places))

    async def records(self) -> dict[str, int]:
        """Records by topic."""
        counts = dict.fromkeys(all_topics(), 0)
        for place, offset in (await self.ends()).items():
            counts[place.topic] += offset
        return counts

    async def lag(self, groups: Mapping[str, Sequence[str]]) -> dict[str, int]:
        """Offsets that each group (group: topics) can read and has not committed yet."""
        ends = await self.ends()
        lags = {}
        for group, topics in groups.items():
            committed = await self._committed(group)
            lags[group] = sum(
                max(0, end - max(0, committed[place].offset if place in committed else 0))
                for place, end in ends.items()
                if place.topic in topics
            )
        return lags

    async def position(self, group: str, place: TopicPartition) -> int:
        """The offset that a group has committed in one partition; 0 where it never did, because it begins there."""
        committed = await self._committed(group)
        return max(0, committed[place].offset) if place in committed else 0

    @retry(
        retry=retry_if_exception_type(KafkaError),
        wait=wait_fixed(0.2),
        stop=stop_after_delay(15),
        retry_error_callback=_unavailable,
    )
    async def _committed(self, group: str) -> dict[TopicPartition, Any]:
        """A group's offsets. A new cluster has to make the topic that keeps them first, and says no until then."""
        return dict(await self._admin.list_consumer_group_offsets(group))

    async def settled(self, groups: Mapping[str, Sequence[str]], quiet: int = 3, pause: float = 0.2) -> None:
        """Return when no group has lag and nothing new was written, `quiet` looks in a row, `pause` seconds apart."""
        calm, last = 0, -1
        while calm < quiet:
            total = sum((await self.records()).values())
            calm = calm + 1 if total == last and not any((await self.lag(groups)).values()) else 0
            last = total
            await asyncio.sleep(pause)
