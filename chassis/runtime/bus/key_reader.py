"""The keys of agencies, read from the bus: a table that is never older than the records that are judged by it."""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.core.agency_keys import NO_KEYS, Keys, RootKeyError, Trust, is_proved, learn, trust
from chassis.runtime.bus.admin import Admin, BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.record import Record, place_of, read_record, taken_in_at
from chassis.runtime.bus.signed import NOT_CHECKED, Signatures
from chassis.runtime.bus.trouble import true_reason
from chassis.runtime.settings import Settings, SettingsError
from contracts.keys import AgencyKey
from contracts.topics import BadEventError, UnknownTypeError

log = structlog.get_logger(__name__)

READ_SECONDS = 30
"""Seconds for reading what is new about keys. A start reads all there is, some thousand statements, in one or two. With
less a slow broker looks dead; with more a dead one holds up a batch for longer before that is tried again."""

WAIT_MS = 200
"""Milliseconds that one fetch may wait. It ends as soon as there is something, and there is: the end was asked for."""


class KeyReader:
    """A `KeyTable` that reads `agency.key`, without a group: every process has to know all keys.

    After an error the next question begins anew, from the first statement on.
    """

    def __init__(self, bus: Bus, trust: Trust) -> None:
        self._bus = bus
        self._trust = trust
        self._keys: Keys = NO_KEYS
        self._consumer: AIOKafkaConsumer | None = None
        self._places: list[TopicPartition] = []
        self._asking = asyncio.Lock()

    async def now(self) -> Signatures:
        """See `KeyTable`; one question for the ends of the topic, and a fetch where something is new.

        Raises:
            KafkaError, TimeoutError, BusError: the bus does not answer, does not let us, or has no such topic.
        """
        async with self._asking:
            try:
                async with asyncio.timeout(READ_SECONDS):
                    await self._read_on()
            except BaseException:
                await self.stop()
                raise
            return Signatures(self._keys, self._trust)

    async def stop(self) -> None:
        """Drop the connection."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await asyncio.sleep(0)  # stopped in the very moment of its start, aiokafka's consumer cancels who stops it
            await consumer.stop()

    async def _read_on(self) -> None:
        consumer = self._consumer or await self._begin()
        ends = await consumer.end_offsets(self._places)
        behind = {place for place in self._places if await consumer.position(place) < ends[place]}
        while behind:
            found = await consumer.getmany(*behind, timeout_ms=WAIT_MS)
            self._learn([record for page in found.values() for record in page])
            behind = {place for place in behind if await consumer.position(place) < ends[place]}

    def _learn(self, records: Sequence[Record]) -> None:
        for record in records:
            statement = proved_statement(record, self._trust)
            if statement is None:
                log.warning("key.ignored", **place_of(record))
            else:
                self._keys = learn(self._keys, statement, taken_in_at(record))

    async def _begin(self) -> AIOKafkaConsumer:
        async with Admin(self._bus) as admin:
            partitions = (await admin.topics()).get(AgencyKey.TYPE, 0)
        if not partitions:
            raise BusError(
                f"there is no topic {AgencyKey.TYPE} at {self._bus}, or no right to read it: nobody's signature can be "
                "checked; make it with `lienthong topics apply`"
            )
        self._places = [TopicPartition(AgencyKey.TYPE, number) for number in range(partitions)]
        consumer = self._bus.consumer(
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            # What its sender took back never was.
            isolation_level="read_committed",
        )
        self._consumer, self._keys = consumer, NO_KEYS
        try:
            await consumer.start()
        except KafkaError as error:
            raise true_reason(error) from None
        consumer.assign(self._places)
        await consumer.seek_to_beginning(*self._places)
        return consumer


def proved_statement(record: Record, trust: Trust) -> AgencyKey | None:
    """The statement of a record; None where it is no statement, or not the root's."""
    try:
        event = read_record(record)
    except (BadEventError, UnknownTypeError):
        return None
    return event.data if isinstance(event.data, AgencyKey) and is_proved(event.data, trust) else None


def key_reader(settings: Settings) -> KeyReader | None:
    """The reader of keys by these settings; None in plain mode, where nobody has to sign.

    Raises:
        SettingsError: the root's public key is none.
    """
    if not settings.root_key:
        return None
    try:
        return KeyReader(settings.bus, trust(settings.root_key, settings.cluster))
    except RootKeyError as error:
        raise SettingsError(f"LIENTHONG_ROOT_KEY: {error}; mend it, or unset it for the plain mode") from None


async def signatures_now(settings: Settings) -> Signatures:
    """What signatures are checked by now, by these settings; in plain mode nothing is checked.

    Raises:
        SettingsError: the root's public key is none.
        BusError: the bus does not tell of the keys.
    """
    reader = key_reader(settings)
    if reader is None:
        return NOT_CHECKED
    try:
        return await reader.now()
    finally:
        await reader.stop()
