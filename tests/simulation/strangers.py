"""Clients that send in transactions: what one commits is a fact, what one takes back never was, and all wait for it."""

from random import Random

from chassis.runtime.bus.record import Message, message_of
from contracts.topics import BadEventError, UnknownTypeError, read_event
from tests.simulation.bus import Bus, BusRecord, Transaction

OPENED = 0.04
"""How often, of all turns of the storm, somebody opens a transaction."""

ENDED = 0.1
"""How often one of those that are open ends: the rest of the world waits for some ten turns."""

TOPICS = ("agency.reported", "intake.submitted")


class Strangers:
    """All of them."""

    def __init__(self, rng: Random, bus: Bus, bad: set[tuple[str, int, int]]) -> None:
        self._rng = rng
        self._bus = bus
        self._bad = bad

    def act(self) -> None:
        """Perhaps open a transaction, perhaps end one."""
        for transaction in list(self._bus.open):
            if self._rng.random() < ENDED:
                self._end(transaction)
        if self._rng.random() < OPENED:
            self._open()

    def end(self) -> None:
        """No transaction is open for ever: the broker ends it."""
        for transaction in list(self._bus.open):
            self._end(transaction)

    def _open(self) -> None:
        """Say again what somebody said; or, to take it back, what nobody said."""
        said = [record for record in self._bus.records if record.topic in TOPICS and record.origin not in self._bad]
        if not said:
            return
        transaction = self._bus.begin()
        for record in self._rng.sample(said, min(len(said), self._rng.randint(1, 3))):
            self._bus.append(self._again(record), transaction)
        invented = filter(None, (self._invented(record) for record in self._rng.sample(said, min(len(said), 2))))
        for message in invented if self._rng.random() < 0.5 else ():
            self._bus.append(message, transaction)
            transaction.to_be_taken_back = True

    def _end(self, transaction: Transaction) -> None:
        self._bus.finish(transaction, commit=not transaction.to_be_taken_back and self._rng.random() < 0.7)

    def _again(self, record: BusRecord) -> Message:
        return Message(record.topic, record.key, record.value, record.headers, record.partition)

    def _invented(self, record: BusRecord) -> Message | None:
        """The same claim under another id: a fact of its own, if it were one."""
        try:
            event = read_event(record.topic, record.value or b"")
        except (BadEventError, UnknownTypeError):
            return None
        return message_of(event.model_copy(update={"id": f"invented-{event.id}"}))
