"""Records that nobody can take, mixed into the load on every topic."""

import json
from collections.abc import Iterator

from chassis.runtime.bus.streams import records
from contracts.topics import MAX_RECORD_BYTES, PAYLOADS, read_event
from tests.faults.evidence import Origin
from tests.faults.trial import Trial

ROUNDS = 4
WRONG_KEY = b"somebody-else"


async def poison(trial: Trial, rounds: int = ROUNDS) -> None:
    """Bad records on every topic, again and again, and good ones where they do not belong."""
    bad: set[Origin] = set()
    trial.bad = bad
    producer = trial.shop.settings.bus.producer(acks="all", max_request_size=1_400_000)
    async with producer:
        for _ in range(rounds):
            for topic, good in (await _latest(trial)).items():
                for key, value in _unusable(topic, good):
                    sent = await producer.send_and_wait(topic, value, key=key)
                    bad.add((sent.topic, sent.partition, sent.offset))
                    trial.faults += 1
                for key, value in _odd(good):
                    await producer.send_and_wait(topic, value, key=key)
                    trial.faults += 1
            await trial.a_while(2, 4)
    await trial.recovery()


async def _latest(trial: Trial) -> dict[str, bytes]:
    """A good record of every topic that has one; of the others something alike."""
    found = {topic: json.dumps({"type": topic, "id": "1", "specversion": "1.0"}).encode() for topic in PAYLOADS}
    async for record in records(trial.shop.settings.bus, list(PAYLOADS)):
        if _is_good(record.topic, record.value):
            found[record.topic] = record.value
    return found


def _is_good(topic: str, value: bytes | None) -> bool:
    try:
        read_event(topic, value or b"")
    except ValueError:
        return False
    return True


def _unusable(topic: str, good: bytes) -> Iterator[tuple[bytes | None, bytes | None]]:
    """What nobody can read, and what is good but came by a key that is not its subject."""
    key = b"poison" + topic.encode()
    yield key, None
    yield key, b""
    yield key, b"\x00\xff not JSON"
    yield key, b"[]"
    yield key, good[: len(good) // 2]
    yield key, b" " * (MAX_RECORD_BYTES + 1)
    yield key, good.ljust(1_300_000)
    yield WRONG_KEY, good


def _odd(good: bytes) -> Iterator[tuple[bytes | None, bytes]]:
    """What is to be skipped, and what is known already but came without a key."""
    yield b"odd", json.dumps({**json.loads(good), "type": "dossier.invented"}).encode()
    if "data" in json.loads(good):
        yield None, good
