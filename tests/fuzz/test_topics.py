"""What any record does to a service that reads it: an event, a dead letter, an unknown type; the batch ends."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

import contracts
from chassis.core.document import Document
from chassis.runtime.bus.record import Message, dead_letter
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.store.stored import facts_of, head
from contracts.topics import PAYLOADS, BadEventError, UnknownTypeError, read_event
from tests.fuzz.budget import SECONDS, tried
from tests.fuzz.mutations import CANARY, everywhere, mutated, spoilt, told
from tools.operations.registry import all_services

pytestmark = pytest.mark.slow

SAME = {"subject": "H29.16-260105-0001", "correlationid": "web-260105-0001"}
"""All samples speak of one dossier, so that what they say meets in one document."""
SAMPLES = {
    topic: [
        json.loads(file.read_bytes()) | SAME
        for file in sorted((Path(contracts.__file__).parent / "samples" / topic).glob("*.json"))
    ]
    for topic in PAYLOADS
}
TAKEN_IN = round(datetime(2026, 12, 2, 3, tzinfo=UTC).timestamp() * 1000)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass
class BusRecord:
    topic: str
    offset: int
    value: bytes | None
    key: bytes | None = b"D.1"
    partition: int = 0
    timestamp: int = TAKEN_IN
    headers: tuple[tuple[str, bytes], ...] = ()


class PickyStore(MemoryStore):
    """The store in memory, which refuses what a real one can not keep."""

    async def save(self, documents: Sequence[Document]) -> set[str]:
        for document in documents:
            bson.encode(head(document))
            bson.encode(facts_of(document))
        return await super().save(documents)


@pytest.mark.parametrize("topic", PAYLOADS)
def test_any_record_is_an_event_or_refused_without_a_word_of_it(topic: str) -> None:
    @tried()
    @given(spoilt(SAMPLES[topic]))
    def holds(value: bytes) -> None:
        try:
            event = read_event(topic, value)
        except UnknownTypeError:
            return
        except BadEventError as error:
            assert not told(str(error))  # noqa: PT017 - both ways of ending are right
            return
        assert read_event(topic, event.to_json().encode()) == event

    holds()


@pytest.mark.parametrize("topic", PAYLOADS)
def test_a_canary_in_any_place_of_a_record_is_not_told_in_the_reason(topic: str) -> None:
    for sample in SAMPLES[topic]:
        for spiced in everywhere(sample, CANARY):
            try:
                read_event(topic, json.dumps(spiced).encode())
            except (UnknownTypeError, BadEventError) as error:
                assert isinstance(error, UnknownTypeError) or not told(str(error))  # noqa: PT017 - either is right


@pytest.mark.parametrize("name", all_services(Settings()))
def test_any_batch_ends_and_tells_nobody_what_was_in_it(name: str) -> None:
    service = all_services(Settings())[name]

    @tried(2)
    @given(st.lists(st.sampled_from(service.topics).flatmap(_record), min_size=1, max_size=6))
    def holds(records: list[tuple[str, bytes | None]]) -> None:
        numbers = itertools.count()
        batch = [BusRecord(topic, next(numbers), value) for topic, value in records]
        letters, lines = asyncio.run(_worked_off(service, batch))
        assert not told(str(lines))
        for letter in letters:
            assert not told(str(dict(letter.headers)["reason"].decode()))

    holds()


def _record(topic: str) -> st.SearchStrategy[tuple[str, bytes | None]]:
    good = st.sampled_from(SAMPLES[topic]).map(lambda one: json.dumps(one).encode())
    close = mutated(SAMPLES[topic]).map(lambda one: json.dumps(one).encode("utf-8", "surrogatepass"))
    return st.tuples(st.just(topic), st.one_of(good, close, close, spoilt(SAMPLES[topic]), st.none()))


async def _worked_off(service: Any, batch: list[BusRecord]) -> tuple[list[Message], list[Any]]:
    """The dead letters of a batch that was taken all the way, twice, and of all sweeps after it; and every log line."""
    said: list[Message] = []

    async def publish(messages: Sequence[Message]) -> None:
        said.extend(messages)

    loop = Loop(service, PickyStore(), publish)
    with capture_logs() as lines:
        async with asyncio.timeout(SECONDS):
            await loop.process(batch)
            await loop.process(batch)
            for timeline in {doc.timeline for doc in loop.store.documents.values()} | {"live"}:  # type: ignore[attr-defined]
                await loop.sweep([0], timeline, LATEST)
    return [one for one in said if one.topic.endswith(".dead-letter")], lines


def test_a_reason_that_quotes_is_seen() -> None:
    """The property above can fail."""
    letter = dead_letter(BusRecord("rating.submitted", 0, b"x"), f"holder: {CANARY!a} is too long", "rating")
    assert told(dict(letter.headers)["reason"].decode())
