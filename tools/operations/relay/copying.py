"""Copying: which records go to which inbox, and in what order that is kept, so that a death loses nothing."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import structlog

from chassis.runtime.bus.record import Message, Publish, Record, taken_in_at, value_of
from contracts.rule_days import bounds_claims
from contracts.topics import BadEventError, UnknownTypeError, read_event
from tools.operations.access_plan import inbox_topic
from tools.operations.relay.concerns import Concern, concern
from tools.operations.relay.memory import Memory, Place

log = structlog.get_logger(__name__)

OWED_AT_ONCE = 200
"""Dossiers whose earlier records are read back in one step. More keeps more records in memory, some 25 of each dossier;
fewer asks the broker more often."""

ReadBack = Callable[[Iterable[Place]], Awaitable[Mapping[Place, Record]]]
"""Reads records again where they stand."""


class Copying:
    """Gives every agency the records of its dossiers, all of them, at least once.

    The rule does not ask in which order records are read: an inbox holds every record of each dossier that concerns its
    agency. So an agency that is drawn in late is given the earlier records, read back from where they stand.

    A batch is published first, then kept in memory, in one step. Whoever dies in between copies it again.

    """

    def __init__(self, memory: Memory, publish: Publish, read_back: ReadBack) -> None:
        self._inboxes: frozenset[str] = frozenset()
        self._memory = memory
        self._publish = publish
        self._read_back = read_back

    def serve(self, inboxes: frozenset[str]) -> None:
        """Give to these agencies from now on: they have an inbox."""
        with self._memory.one_step():
            self._memory.serve(inboxes)
        self._inboxes = inboxes

    async def take(self, records: Sequence[Record], positions: Mapping[tuple[str, int], int]) -> None:
        """Give what a batch brings, and keep that the bus is read up to these positions.

        Raises:
            KafkaError, TimeoutError: the bus is down; then nothing is kept, and the batch has to be given again.
        """
        ordered = sorted(records, key=_when)
        told = {place_of(record): (record, found) for record in ordered if (found := _concern(record))}
        with self._memory.one_step():
            self._memory.stands((found.subject, place) for place, (_, found) in told.items())
            self._memory.draw((found.subject, code) for _, found in told.values() for code in found.draws)
            await self._send([copy for record, found in told.values() for copy in self._now(record, found)])
            subjects = {found.subject for _, found in told.values()}
            await self._give(self._owed(subjects), {place: record for place, (record, _) in told.items()})
            self._memory.read_up_to(positions)

    async def settle(self) -> bool:
        """Give some inboxes what they are owed, for example new ones. True if more may be owed."""
        with self._memory.one_step():
            owed = self._memory.owed(sorted(self._inboxes), OWED_AT_ONCE)
            await self._give(owed, {})
        return bool(owed)

    async def _send(self, copies: Sequence[Message]) -> None:
        """Publish; nothing where there is nothing: without an inbox the relay may write nowhere, and is not let in."""
        if copies:
            await self._publish(copies)

    def _now(self, record: Record, found: Concern) -> list[Message]:
        """The copies of one record for those who have all that came before it."""
        concerned = self._memory.concerned(found.subject)
        agencies = self._inboxes.intersection(code for code, given in concerned.items() if given)
        return [copy_of(record, code) for code in sorted(agencies)]

    def _owed(self, subjects: Iterable[str]) -> list[tuple[str, str]]:
        return [
            (subject, code)
            for subject in sorted(subjects)
            for code, given in self._memory.concerned(subject).items()
            if code in self._inboxes and not given
        ]

    async def _give(self, owed: Sequence[tuple[str, str]], known: Mapping[Place, Record]) -> None:
        """Give agencies all records that subjects have so far."""
        agencies = defaultdict[Place, list[str]](list)
        for subject, code in owed:
            for place in self._memory.places(subject):
                agencies[place].append(code)
        found = {**known, **await self._read_back(agencies.keys() - known.keys())}
        ordered = sorted((place for place in agencies if place in found), key=lambda place: _when(found[place]))
        await self._send([copy_of(found[place], code) for place in ordered for code in agencies[place]])
        self._memory.given(owed)


def copy_of(record: Record, agency: str) -> Message:
    """The copy of a record for an agency's inbox: key, value and headers as they are, and where it stands."""
    place = {"lt-topic": record.topic, "lt-partition": str(record.partition), "lt-offset": str(record.offset)}
    origin = tuple((name, text.encode()) for name, text in place.items())
    headers = (*record.headers, *origin)
    return Message(inbox_topic(agency), record.key, record.value, headers, partition=record.partition)  # type: ignore[arg-type]


def place_of(record: Record) -> Place:
    """Where a record stands."""
    return Place(record.topic, record.partition, record.offset)


def _when(record: Record) -> tuple[int, str, int]:
    return (record.timestamp, record.topic, record.offset)


def _concern(record: Record) -> Concern | None:
    """Whom a record concerns; None where it can not be read. Services write these topics alone, so that is a fault."""
    try:
        event = read_event(record.topic, value_of(record), strict=bounds_claims(taken_in_at(record)))
    except UnknownTypeError:
        return None
    except BadEventError:
        log.warning("relay.unreadable", **place_of(record)._asdict())
        return None
    return concern(event)
