"""Dead letters: records that a service could not take, and what was done with them.

A dead letter is named `service/partition/offset`. What is done with one is itself a record on the same topic, with the
header `handled` naming it, and who did it, when and why; so the topic alone tells the whole story, and for good.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from chassis.admin import BusError
from chassis.publisher import Publisher
from chassis.record import MAX_KEY_BYTES, Message
from chassis.skipping import UNTIL
from chassis.streams import records
from contracts.topics import PAYLOADS, SERVICES, dead_letter_topic

NAME = re.compile(rf"({'|'.join(SERVICES)})/(\d{{1,9}})/(\d{{1,18}})")
REREAD_SECONDS = 15
MAX_WHY = 500

Done = Literal["replayed", "discarded"]


@dataclass(frozen=True)
class Action:
    """What somebody did with a letter.

    Attributes:
        what: ``replayed`` or ``discarded``.
        at: when the bus took the note in.
        by: who.
        why: in that person's words.
    """

    what: str
    at: datetime
    by: str
    why: str


@dataclass(frozen=True)
class Letter:
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
        """Who could not take it."""
        return self.name.partition("/")[0]

    @property
    def status(self) -> str:
        """``open``, or what was done last."""
        return self.actions[-1].what if self.actions else "open"

    @property
    def is_order(self) -> bool:
        """Whether it orders to skip a batch that nobody could read, and holds that instead of a record."""
        return UNTIL in dict(self.headers)

    @property
    def whole(self) -> bool:
        """Whether the letter holds all that its record held."""
        return not self.cut and len(self.key or b"") < MAX_KEY_BYTES


class LetterError(Exception):
    """This can not be done with this letter; says why and what can."""


class NoSuchLetterError(LetterError):
    """No dead letter has this name."""


@contextmanager
def _speaking_to(kafka: str) -> Iterator[None]:
    """Turn what the bus refuses into one sentence."""
    try:
        yield
    except (KafkaError, TimeoutError, OSError) as error:
        raise BusError(
            f"Kafka at {kafka} does not answer ({type(error).__name__}): nothing more was done; start it and repeat"
        ) from None


async def letters_of(kafka: str, service: str) -> list[Letter]:
    """Every dead letter a service ever wrote, oldest first, with what was done with it."""
    found: list[tuple[ConsumerRecord[bytes, bytes], dict[str, str]]] = []
    actions: dict[str, list[Action]] = defaultdict(list)
    with _speaking_to(kafka):
        async for record in records(kafka, [dead_letter_topic(service)]):
            headers = {name: value.decode(errors="replace") for name, value in record.headers}
            if "handled" in headers:
                actions[headers["handled"]].append(_action(record, headers))
            else:
                found.append((record, headers))
    letters = [_letter(service, record, headers, actions) for record, headers in found]
    return sorted(letters, key=lambda letter: letter.at)


async def open_letters(kafka: str, service: str) -> list[Letter]:
    """Dead letters of a service that nothing was done with yet, oldest first."""
    return [letter for letter in await letters_of(kafka, service) if letter.status == "open"]


def _action(record: "ConsumerRecord[bytes, bytes]", headers: Mapping[str, str]) -> Action:
    return Action(headers.get("action", ""), _taken_in(record), headers.get("by", ""), headers.get("why", ""))


def _letter(
    service: str,
    record: "ConsumerRecord[bytes, bytes]",
    headers: Mapping[str, str],
    actions: Mapping[str, Sequence[Action]],
) -> Letter:
    name = f"{service}/{record.partition}/{record.offset}"
    return Letter(
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


async def find(kafka: str, names: Sequence[str]) -> list[Letter]:
    """The dead letters of these names.

    Raises:
        NoSuchLetterError: one of them does not exist, or is no name at all.
    """
    for name in names:
        if not NAME.fullmatch(name):
            raise NoSuchLetterError(f"{name!r} is no dead letter's name: that is service/partition/offset, as sla/3/17")
    known: dict[str, Letter] = {}
    for service in {name.partition("/")[0] for name in names}:
        known |= {letter.name: letter for letter in await letters_of(kafka, service)}
    if missing := [name for name in names if name not in known]:
        raise NoSuchLetterError(f"no dead letter {missing[0]}: see `lienthong dead-letters list --all`")
    return [known[name] for name in dict.fromkeys(names)]


async def original(kafka: str, letter: Letter) -> tuple[bytes | None, bytes | None]:
    """Key and value of the record, whole: a letter that was cut is read again where it came from.

    Raises:
        LetterError: it is not there any more.
    """
    if letter.whole:
        return letter.key, letter.value
    place = TopicPartition(*_origin(letter))
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="none", isolation_level="read_committed"
    )
    with _speaking_to(kafka):
        await consumer.start()
        try:
            consumer.assign([place])
            consumer.seek(place, letter.offset)
            async with asyncio.timeout(REREAD_SECONDS):
                record = await consumer.getone(place)
        finally:
            await consumer.stop()
    if record.offset != letter.offset:
        raise LetterError(f"{letter.name} was cut, and its record is not at {place.topic}/{place.partition} any more")
    return record.key, record.value


def _origin(letter: Letter) -> tuple[str, int]:
    """Topic and partition that a letter came from; only topics of ours, whatever its headers say."""
    if letter.topic not in PAYLOADS or letter.partition < 0 or letter.offset < 0:
        raise LetterError(f"{letter.name} does not say where it came from, so it can only be discarded")
    return letter.topic, letter.partition


async def replay(kafka: str, letters: Sequence[Letter], by: str, why: str = "") -> None:
    """Put records back where they came from and note that this was done, one after the other.

    A note is written when the bus has the record; whoever dies in between puts it back once more, which changes
    nothing, for facts are sets.

    Raises:
        LetterError: one of them was discarded, or does not say where it came from; then nothing is done.
    """
    for letter in letters:
        _origin(letter)
        if letter.is_order:
            raise LetterError(f"{letter.name} holds a batch that nobody could read; ask its sender to send it anew")
        if letter.status == "discarded":
            raise LetterError(f"{letter.name} {_done(letter)}; send the event anew instead")
    publisher = Publisher(kafka)
    try:
        for letter in letters:
            topic, partition = _origin(letter)
            key, value = await original(kafka, letter)
            with _speaking_to(kafka):
                await publisher([Message(topic, key, value, partition=partition)])
                await publisher([_note(letter, "replayed", by, why)])
    finally:
        await publisher.stop()


async def discard(kafka: str, letters: Sequence[Letter], by: str, why: str) -> None:
    """Note that nothing more is to be done with them.

    Raises:
        LetterError: no reason is given, or something was done with one of them before; then nothing is done.
    """
    if not why.strip():
        raise LetterError("say why: --why 'sent twice by mistake'")
    for letter in letters:
        if letter.status != "open":
            raise LetterError(f"{letter.name} {_done(letter)}")
    publisher = Publisher(kafka)
    try:
        with _speaking_to(kafka):
            await publisher([_note(letter, "discarded", by, why) for letter in letters])
    finally:
        await publisher.stop()


def _done(letter: Letter) -> str:
    last = letter.actions[-1]
    return f"was {last.what} by {last.by or 'somebody'} at {last.at:%Y-%m-%d %H:%M} UTC"


def _note(letter: Letter, what: Done, by: str, why: str) -> Message:
    words = {"handled": letter.name, "action": what, "by": by[:MAX_WHY], "why": why.strip()[:MAX_WHY]}
    headers = tuple((name, text.encode()) for name, text in words.items())
    return Message(dead_letter_topic(letter.service), letter.key, None, headers)
