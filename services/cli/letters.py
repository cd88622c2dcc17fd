"""Dead letters: records that a service could not take, and what was done with them.

A dead letter is named `service/partition/offset`. What is done with one is itself a record on the same topic, with the
header `handled` naming it; so the topic alone tells the whole story.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from chassis.admin import Admin
from chassis.bus import Publisher
from chassis.record import Message
from contracts.topics import dead_letter_topic


@dataclass(frozen=True)
class Letter:
    """One dead letter.

    Attributes:
        name: ``service/partition/offset``.
        reason: why the service could not take it, and how to mend it.
        topic: where it came from, with partition and offset.
        key: its record key.
        value: its bytes, untouched.
    """

    name: str
    reason: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


class NoSuchLetterError(Exception):
    """No open dead letter has this name."""


async def records(kafka: str, topics: list[str]) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    """Every record that is on these topics now, topic by topic and partition by partition, in order."""
    async with Admin(kafka) as admin:
        ends = {place: end for place, end in (await admin.ends(topics)).items() if end}
    if not ends:
        return
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest", max_poll_records=5000
    )
    await consumer.start()
    try:
        consumer.assign(list(ends))
        await consumer.seek_to_beginning(*ends)
        left = set(ends)
        while left:
            for place, batch in (await consumer.getmany(*left, timeout_ms=1000)).items():
                for record in batch:
                    if record.offset < ends[place]:
                        yield record
            left = {place for place in left if await consumer.position(place) < ends[place]}
    finally:
        await consumer.stop()


async def open_letters(kafka: str, service: str) -> list[Letter]:
    """Dead letters of a service that nothing was done with yet, oldest first."""
    letters: dict[str, Letter] = {}
    handled: set[str] = set()
    async for record in records(kafka, [dead_letter_topic(service)]):
        headers = {name: value.decode(errors="replace") for name, value in record.headers}
        if "handled" in headers:
            handled.add(headers["handled"])
        else:
            letter = _letter(service, record, headers)
            letters[letter.name] = letter
    return [letter for name, letter in letters.items() if name not in handled]


def _letter(service: str, record: "ConsumerRecord[bytes, bytes]", headers: dict[str, str]) -> Letter:
    return Letter(
        name=f"{service}/{record.partition}/{record.offset}",
        reason=headers.get("reason", "unknown"),
        topic=headers.get("topic", ""),
        partition=int(headers.get("partition", -1)),
        offset=int(headers.get("offset", -1)),
        key=record.key,
        value=record.value,
    )


async def find(kafka: str, name: str) -> Letter:
    """The open dead letter of this name.

    Raises:
        NoSuchLetterError: there is none.
    """
    service = name.partition("/")[0]
    for letter in await open_letters(kafka, service):
        if letter.name == name:
            return letter
    raise NoSuchLetterError(f"no open dead letter {name}: see `lienthong dead-letters list`")


async def replay(kafka: str, letters: list[Letter]) -> None:
    """Put records back where they came from and note that this was done."""
    publisher = Publisher(kafka)
    try:
        for letter in letters:
            service = letter.name.partition("/")[0]
            note = (("handled", letter.name.encode()), ("action", b"replayed"))
            await publisher([Message(letter.topic, letter.key, letter.value, partition=letter.partition)])
            await publisher([Message(dead_letter_topic(service), letter.key, None, note)])
    finally:
        await publisher.stop()
