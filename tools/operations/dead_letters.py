"""Dead letters: records that a service could not take, and what was done with them (see `dead_letter_actions`).

A dead letter is named `service/partition/offset`. What is done with one is itself a record on the same topic, with the
header `handled` naming it, and who did it, when and why. So the topic alone says everything, and for good.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from chassis.runtime.bus.admin import BusError
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.record import MAX_KEY_BYTES
from chassis.runtime.bus.skipping import UNTIL
from chassis.runtime.bus.streams import records
from contracts.topics import SERVICES, dead_letter_topic

NAME = re.compile(rf"({'|'.join(SERVICES)})/(\d{{1,9}})/(\d{{1,18}})")


@dataclass(frozen=True)
class Action:
    """One thing that somebody did with a dead letter.

    Attributes:
        what: ``replayed``, ``refused`` (its origin does not bear it out, so it was not replayed) or ``discarded``.
        at: when the bus took the note in.
        by: who.
        why: in that person's words.
    """

    what: str
    at: datetime
    by: str
    why: str


@dataclass(frozen=True)
class DeadLetter:
    """One dead letter.

    Attributes:
        name: ``service/partition/offset``.
        at: when it was put aside.
        reason: why the service could not take it, and how to mend it.
        topic: where it came from, with partition and offset; empty and -1 if its headers do not say.
        key: its record key, as far as it was kept.
        value: its bytes, as far as they were kept.
        cut: how much of its bytes was kept, if not all.
        headers: all that stand on it.
        actions: what was done with it, oldest first.
    """

    name: str
    at: datetime
    reason: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    cut: str
    headers: tuple[tuple[str, str], ...]
    actions: tuple[Action, ...] = ()

    @property
    def service(self) -> str:
        """The service that could not take it."""
        return self.name.partition("/")[0]

    @property
    def status(self) -> str:
        """``open``, or what was done last."""
        return self.actions[-1].what if self.actions else "open"

    @property
    def settled(self) -> bool:
        """Nothing is left to do about it."""
        return self.status in ("replayed", "discarded")

    @property
    def is_order(self) -> bool:
        """It is an order to skip a batch that nobody could read, and holds the batch instead of a record."""
        return UNTIL in dict(self.headers)

    @property
    def whole(self) -> bool:
        """It holds all bytes that its record held."""
        return not self.cut and len(self.key or b"") < MAX_KEY_BYTES


class DeadLetterError(Exception):
    """This can not be done with this dead letter; says why and what can."""


class NoSuchDeadLetterError(DeadLetterError):
    """No dead letter has this name."""


@contextmanager
def speaking_to(bus: Bus) -> Iterator[None]:
    """Turn what the bus refuses into one sentence."""
    try:
        yield
    except (KafkaError, TimeoutError, OSError) as error:
        raise BusError(
            f"Kafka at {bus} does not answer ({type(error).__name__}): nothing more was done; start it and repeat"
        ) from None


async def list_all(bus: Bus, service: str) -> list[DeadLetter]:
    """Every dead letter a service ever wrote, oldest first, with what was done with it."""
    found: list[tuple[ConsumerRecord[bytes, bytes], dict[str, str]]] = []
    actions: dict[str, list[Action]] = defaultdict(list)
    with speaking_to(bus):
        async for record in records(bus, [dead_letter_topic(service)]):
            headers = {name: value.decode(errors="replace") for name, value in record.headers}
            if "handled" in headers:
                actions[headers["handled"]].append(_action(record, headers))
            else:
                found.append((record, headers))
    dead_letters = [_dead_letter(service, record, headers, actions) for record, headers in found]
    return sorted(dead_letters, key=lambda dead_letter: dead_letter.at)


async def list_of_all(bus: Bus, services: Iterable[str]) -> list[DeadLetter]:
    """Every dead letter of these services, one service after the other."""
    return [dead_letter for service in services for dead_letter in await list_all(bus, service)]


async def list_open(bus: Bus, service: str) -> list[DeadLetter]:
    """Dead letters of a service that nothing was done with yet, oldest first."""
    return [dead_letter for dead_letter in await list_all(bus, service) if dead_letter.status == "open"]


def _action(record: "ConsumerRecord[bytes, bytes]", headers: Mapping[str, str]) -> Action:
    return Action(headers.get("action", ""), _taken_in(record), headers.get("by", ""), headers.get("why", ""))


def _dead_letter(
    service: str,
    record: "ConsumerRecord[bytes, bytes]",
    headers: Mapping[str, str],
    actions: Mapping[str, Sequence[Action]],
) -> DeadLetter:
    name = f"{service}/{record.partition}/{record.offset}"
    return DeadLetter(
        name=name,
        at=_taken_in(record),
        reason=headers.get("reason", "unknown"),
        topic=headers.get("topic", ""),
        partition=_number(headers.get("partition", "")),
        offset=_number(headers.get("offset", "")),
        key=record.key,
        value=record.value,
        cut=headers.get("cut", ""),
        headers=tuple(headers.items()),
        actions=tuple(sorted(actions.get(name, ()), key=lambda action: action.at)),
    )


def _taken_in(record: "ConsumerRecord[bytes, bytes]") -> datetime:
    return datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else -1


async def find(bus: Bus, names: Sequence[str]) -> list[DeadLetter]:
    """The dead letters of these names.

    Raises:
        NoSuchDeadLetterError: one of them does not exist, or is no name at all.
    """
    for name in names:
        if not NAME.fullmatch(name):
            raise NoSuchDeadLetterError(
                f"{name!r} is no dead letter's name: that is service/partition/offset, as sla/3/17"
            )
    known: dict[str, DeadLetter] = {}
    for service in {name.partition("/")[0] for name in names}:
        known |= {dead_letter.name: dead_letter for dead_letter in await list_all(bus, service)}
    if missing := [name for name in names if name not in known]:
        raise NoSuchDeadLetterError(f"no dead letter {missing[0]}: see `lienthong dead-letters list --all`")
    return [known[name] for name in dict.fromkeys(names)]
