"""What an operator does with dead letters: put a record back, or note that nothing is to be done.

Whoever may write to a dead-letter topic can write anything there. So a letter only *names* a record: what is put back
is the record itself, read again where it stands, and only if the letter holds the same bytes.
"""

import asyncio
from collections.abc import Sequence
from typing import Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import MAX_KEY_BYTES, Message
from chassis.runtime.settings import load_settings
from contracts.topics import dead_letter_topic
from tools.operations.dead_letters import Letter, LetterError, speaking_to
from tools.operations.registry import all_services

REREAD_SECONDS = 15
"""Until a record that is there must have been read again."""

MAX_WHY = 500
"""Characters of a note that stay on record."""

Done = Literal["replayed", "refused", "discarded"]


class UnprovenError(LetterError):
    """Where the letter says it came from, there is no such record; it can only be discarded."""


async def original(kafka: str, letter: Letter) -> "ConsumerRecord[bytes, bytes]":
    """The record that a letter is about, read again where it stands, whole.

    Raises:
        UnprovenError: the letter names no record that its service reads, or other bytes stand there, or none.
    """
    place = _place(letter)
    with speaking_to(kafka):
        record = await _read(kafka, place, letter.offset)
    where = f"{place.topic}/{place.partition}/{letter.offset}"
    if record is None:
        raise UnprovenError(f"{letter.name}: there is no record at {where} (any more), so it can only be discarded")
    if not _is_about(letter, record):
        raise UnprovenError(f"{letter.name}: another record stands at {where}, so it can only be discarded")
    return record


def _place(letter: Letter) -> TopicPartition:
    """Topic and partition that a letter came from; only topics that its service reads, whatever its headers say."""
    reads = all_services(load_settings())[letter.service].topics
    if letter.topic not in reads or letter.partition < 0 or letter.offset < 0:
        raise UnprovenError(
            f"{letter.name} does not say where it came from among the topics that {letter.service} reads, "
            "so it can only be discarded"
        )
    return TopicPartition(letter.topic, letter.partition)


async def _read(kafka: str, place: TopicPartition, offset: int) -> "ConsumerRecord[bytes, bytes] | None":
    """The committed record at one place; None if there is none."""
    async with Admin(kafka) as admin:
        end = (await admin.ends([place.topic])).get(place, 0)
    if offset >= end:
        return None
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    try:
        consumer.assign([place])
        consumer.seek(place, offset)
        async with asyncio.timeout(REREAD_SECONDS):
            while await consumer.position(place) <= offset:
                for record in (await consumer.getmany(place, timeout_ms=1000, max_records=1)).get(place, []):
                    return record if record.offset == offset else None
    finally:
        await consumer.stop()
    return None


def _is_about(letter: Letter, record: "ConsumerRecord[bytes, bytes]") -> bool:
    """Whether the letter holds what the record holds, as far as letters keep it."""
    key = record.key and record.key[:MAX_KEY_BYTES]
    value = record.value
    if letter.cut and value is not None and letter.value is not None:
        value = value[: len(letter.value)] if f"of {len(value)} bytes" in letter.cut else None
    return (letter.key, letter.value) == (key, value)


async def replay(kafka: str, letters: Sequence[Letter], by: str, why: str = "") -> None:
    """Put records back where they came from and note that this was done, one after the other.

    A note is written when the bus has the record; whoever dies in between puts it back once more, which changes
    nothing, for facts are sets. A letter that its origin does not bear out is not put back, and that is noted too.

    Raises:
        LetterError: one of them was discarded, and then nothing is done; or some were refused, and the rest put back.
    """
    for letter in letters:
        if letter.status == "discarded":
            raise LetterError(f"{letter.name} {_done(letter)}; send the event anew instead")
        if letter.is_order:
            raise LetterError(f"{letter.name} holds a batch that nobody could read; ask its sender to send it anew")
    publisher = Publisher(kafka)
    try:
        answers = [await _put_back(kafka, publisher, letter, by, why) for letter in letters]
    finally:
        await publisher.stop()
    if refused := [answer for answer in answers if answer]:
        raise LetterError(f"{len(letters) - len(refused)} put back, {len(refused)} refused: {'; '.join(refused)}")


async def _put_back(kafka: str, publisher: Publisher, letter: Letter, by: str, why: str) -> str:
    """Why it was refused; empty if it was put back."""
    try:
        record = await original(kafka, letter)
    except UnprovenError as error:
        with speaking_to(kafka):
            await publisher([_note(letter, "refused", by, str(error))])
        return str(error)
    back = Message(record.topic, record.key, record.value, tuple(record.headers), partition=record.partition)
    with speaking_to(kafka):
        await publisher([back])
        await publisher([_note(letter, "replayed", by, why)])
    return ""


async def discard(kafka: str, letters: Sequence[Letter], by: str, why: str) -> None:
    """Note that nothing more is to be done with them.

    Raises:
        LetterError: no reason is given, or one of them was replayed or discarded before; then nothing is done.
    """
    if not why.strip():
        raise LetterError("say why: --why 'sent twice by mistake'")
    for letter in letters:
        if letter.settled:
            raise LetterError(f"{letter.name} {_done(letter)}")
    publisher = Publisher(kafka)
    try:
        with speaking_to(kafka):
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
