"""Keys in the simulated world. In some worlds the root tells of them, agencies sign, and a thief has the key of one.

The others are in plain mode, and go exactly the way that they went before there were keys.
"""

from datetime import datetime, timedelta
from functools import cache

from chassis.core.agency_keys import NO_KEYS, learn
from chassis.core.signatures import signer
from chassis.runtime.bus.record import Message, message_of, read_record, taken_in_at
from chassis.runtime.bus.signed import NOT_CHECKED, Signatures
from contracts.envelope import AnyEvent
from contracts.keys import AgencyKey, key_event
from domain.procedures import load_directory
from lienthong_agency.signing import HEADER, sign
from tests.signing import TRUST, key_of, statement_of
from tests.simulation.bus import PARTITIONS, Bus, BusRecord, Place
from tests.simulation.wire import Wire

SIXTEENTHS = (7, 14)
"""The remainders by 16 of the seeds whose agencies sign. None of `FOUND_AT` and `ONCE_FAILED` is among them: each of
those goes on to show what it was kept for."""

TOLD_AFTER = (timedelta(), timedelta(hours=2), timedelta(days=1))
"""So long after its start the root tells of the keys. Whatever agencies say before need not be signed."""


@cache
def statements(since: datetime) -> tuple[Message, ...]:
    """What the root says of all agencies' keys."""
    told = (statement_of(key_of(agency), since) for agency in sorted(load_directory().agencies))
    return tuple(message_of(key_event(data, since)) for data in told)


def signed(message: Message, source: str) -> Message:
    """The message with the signature of the agency that says it."""
    agency = signer(source)
    if not agency:
        return message
    proof = (HEADER, sign(message.value or b"", key_of(agency)))
    return Message(message.topic, message.key, message.value, (*message.headers, proof), message.partition)


class Keyring:
    """The keys of one world."""

    def __init__(self, seed: int, bus: Bus, start: datetime) -> None:
        self.used = seed % 16 in SIXTEENTHS
        self.told_at = start + TOLD_AFTER[seed // 16 % len(TOLD_AFTER)]
        self._bus = bus
        self._start = start
        self._told = False

    def tell(self) -> None:
        """The root tells of all keys when its time has come."""
        if self.used and not self._told and self._bus.clock() >= self.told_at:
            self._told = True
            for message in statements(self._start):
                self._bus.append(message)

    def message(self, event: AnyEvent) -> Message:
        """The record of an event, signed where its agency can."""
        return signed(message_of(event), event.source) if self.used else message_of(event)

    @property
    def signatures(self) -> Signatures:
        """What is to be checked, by all that was ever told."""
        return FarKeys.read(self._bus) if self.used else NOT_CHECKED

    def counts(self) -> bool:
        """Tell whether what is said now has to be signed."""
        return self.signatures.keys.requires(self._bus.clock()) if self.used else False


class FarKeys:
    """What the reader of keys is to one process: it asks the bus each time, through a wire that may fail."""

    def __init__(self, bus: Bus, wire: Wire) -> None:
        self._bus = bus
        self._wire = wire

    async def now(self) -> Signatures:
        """See `KeyTable`."""
        await self._wire.bus("keys")
        return self.read(self._bus)

    @staticmethod
    def read(bus: Bus) -> Signatures:
        """All that can be read of the topic now."""
        logs = [bus.logs[Place(AgencyKey.TYPE, number)] for number in range(PARTITIONS)]
        return _table(tuple(record for log in logs for record in log if record is not None))


@cache
def _table(told: tuple[BusRecord, ...]) -> Signatures:
    keys = NO_KEYS
    for record in told:
        keys = learn(keys, read_record(record).data, taken_in_at(record))
    return Signatures(keys, TRUST)
