"""An operator's actions on dead letters: put a record back, or note that nothing is to be done.

Whoever may write to a dead-letter topic can write anything there. So a dead letter only *names* a record. What is put
back is the record itself, read again where it stands, and only if the dead letter holds the same bytes.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal

from aiokafka import ConsumerRecord, TopicPartition

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import MAX_KEY_BYTES, Message
from chassis.runtime.settings import load_settings
from contracts.topics import SERVICES, dead_letter_topic
from tools.operations.dead_letters import DeadLetter, DeadLetterError, find, list_open, speaking_to
from tools.operations.registry import all_services

REREAD_SECONDS = 15
"""Until a record that is there must have been read again."""

MAX_WHY = 500
"""Characters of a note that stay on record."""

Done = Literal["replayed", "refused", "discarded"]


class UnprovenError(DeadLetterError):
    """Where the dead letter says it came from, there is no such record; it can only be discarded."""


async def original(bus: Bus, dead_letter: DeadLetter) -> "ConsumerRecord[bytes, bytes]":
    """The record that a dead letter is about, read again where it stands, whole.

    Raises:
        UnprovenError: the dead letter names no record that its service reads, or other bytes stand there, or none.
    """
    partition = _origin(dead_letter)
    with speaking_to(bus):
        record = await _read(bus, partition, dead_letter.offset)
    where = f"{partition.topic}/{partition.partition}/{dead_letter.offset}"
    if record is None:
        raise UnprovenError(
            f"{dead_letter.name}: there is no record at {where} (any more), so it can only be discarded"
        )
    if not _is_about(dead_letter, record):
        raise UnprovenError(f"{dead_letter.name}: another record stands at {where}, so it can only be discarded")
    return record


async def whole_value(bus: Bus, dead_letter: DeadLetter) -> bytes | None:
    """All bytes of the record that a dead letter is about. What the dead letter lacks is read where the record stands.

    Raises:
        UnprovenError: it lacks some, and where it says that it came from there is no such record.
    """
    return dead_letter.value if dead_letter.whole else (await original(bus, dead_letter)).value


def _origin(dead_letter: DeadLetter) -> TopicPartition:
    """The topic and partition that a dead letter came from. Its headers may name only topics that its service reads."""
    reads = all_services(load_settings())[dead_letter.service].topics
    if dead_letter.topic not in reads or dead_letter.partition < 0 or dead_letter.offset < 0:
        raise UnprovenError(
            f"{dead_letter.name} does not say where it came from among the topics that {dead_letter.service} reads, "
            "so it can only be discarded"
        )
    return TopicPartition(dead_letter.topic, dead_letter.partition)


async def _read(bus: Bus, partition: TopicPartition, offset: int) -> "ConsumerRecord[bytes, bytes] | None":
    """The committed record at an offset; None if there is none."""
    async with Admin(bus) as admin:
        end = (await admin.ends([partition.topic])).get(partition, 0)
    if offset >= end:
        return None
    consumer = bus.consumer(
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        consumer.assign([partition])
        consumer.seek(partition, offset)
        async with asyncio.timeout(REREAD_SECONDS):
            while await consumer.position(partition) <= offset:
                for record in (await consumer.getmany(partition, timeout_ms=1000, max_records=1)).get(partition, []):
                    return record if record.offset == offset else None
    finally:
        await consumer.stop()
    return None


def _is_about(dead_letter: DeadLetter, record: "ConsumerRecord[bytes, bytes]") -> bool:
    """Tell whether a dead letter and a record hold the same bytes, as far as dead letters keep them."""
    key = record.key and record.key[:MAX_KEY_BYTES]
    value = record.value
    if dead_letter.cut and value is not None and dead_letter.value is not None:
        value = value[: len(dead_letter.value)] if f"of {len(value)} bytes" in dead_letter.cut else None
    return (dead_letter.key, dead_letter.value) == (key, value)


async def replay_named(bus: Bus, names: Sequence[str], by: str, why: str) -> int:
    """Put back the records of these dead letters; the name of a service stands for all its open ones. How many.

    Orders to skip a batch hold no record: a service's name does not stand for them.

    Raises:
        DeadLetterError: see `find` and `replay`.
    """
    found = await find(bus, [name for name in names if name not in SERVICES])
    for service in dict.fromkeys(name for name in names if name in SERVICES):
        found += [dead_letter for dead_letter in await list_open(bus, service) if not dead_letter.is_order]
    unique = {dead_letter.name: dead_letter for dead_letter in found}
    await replay(bus, list(unique.values()), by, why)
    return len(unique)


async def replay(bus: Bus, dead_letters: Sequence[DeadLetter], by: str, why: str = "") -> None:
    """Put records back where they came from and note that this was done, one after the other.

    A note is written when the bus has the record; whoever dies in between puts it back once more, which changes
    nothing, for facts are sets. A dead letter that its origin does not bear out is not put back, and that is noted too.

    Raises:
        DeadLetterError: one was discarded, and then nothing is done; or some were refused, and the rest put back.
    """
    for dead_letter in dead_letters:
        if dead_letter.status == "discarded":
            raise DeadLetterError(f"{dead_letter.name} {_done(dead_letter)}; send the event anew instead")
        if dead_letter.is_order:
            raise DeadLetterError(
                f"{dead_letter.name} holds a batch that nobody could read; ask its sender to send it anew"
            )
    publisher = Publisher(bus)
    try:
        answers = [await _put_back(bus, publisher, dead_letter, by, why) for dead_letter in dead_letters]
    finally:
        await publisher.stop()
    if refused := [answer for answer in answers if answer]:
        raise DeadLetterError(
            f"{len(dead_letters) - len(refused)} put back, {len(refused)} refused: {'; '.join(refused)}"
        )


async def _put_back(bus: Bus, publisher: Publisher, dead_letter: DeadLetter, by: str, why: str) -> str:
    """Why it was refused; empty if it was put back."""
    try:
        record = await original(bus, dead_letter)
    except UnprovenError as error:
        with speaking_to(bus):
            await publisher([_note(dead_letter, "refused", by, str(error))])
        return str(error)
    back = Message(record.topic, record.key, record.value, tuple(record.headers), partition=record.partition)
    with speaking_to(bus):
        await publisher([back])
        await publisher([_note(dead_letter, "replayed", by, why)])
    return ""


async def discard(bus: Bus, dead_letters: Sequence[DeadLetter], by: str, why: str) -> None:
    """Note that nothing more is to be done with them.

    Raises:
        DeadLetterError: no reason is given, or one of them was replayed or discarded before; then nothing is done.
    """
    if not why.strip():
        raise DeadLetterError("say why: --why 'sent twice by mistake'")
    for dead_letter in dead_letters:
        if dead_letter.settled:
            raise DeadLetterError(f"{dead_letter.name} {_done(dead_letter)}")
    publisher = Publisher(bus)
    try:
        with speaking_to(bus):
            await publisher([_note(dead_letter, "discarded", by, why) for dead_letter in dead_letters])
    finally:
        await publisher.stop()


async def discard_named(bus: Bus, names: Sequence[str], by: str, why: str) -> int:
    """Note that nothing more is to be done with the dead letters of these names. How many.

    Raises:
        DeadLetterError: see `find` and `discard`.
    """
    found = await find(bus, names)
    await discard(bus, found, by, why)
    return len(found)


def _done(dead_letter: DeadLetter) -> str:
    last = dead_letter.actions[-1]
    return f"was {last.what} by {last.by or 'somebody'} at {last.at:%Y-%m-%d %H:%M} UTC"


def _note(dead_letter: DeadLetter, what: Done, by: str, why: str) -> Message:
    words = {"handled": dead_letter.name, "action": what, "by": by[:MAX_WHY], "why": why.strip()[:MAX_WHY]}
    headers = tuple((name, text.encode()) for name, text in words.items())
    return Message(dead_letter_topic(dead_letter.service), dead_letter.key, None, headers)
