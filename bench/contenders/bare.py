"""The ceiling of a sequential design: find, write, send and commit of the same sizes, one after the other, no logic.

Every event adds itself to its document and makes its state a little longer, as sla's does; events are said as often as
sla says some, and as large.
"""

import asyncio
import os

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from pymongo import InsertOne, UpdateOne

from bench.contenders.surroundings import GROUP, KAFKA, documents, sla

STATE_BYTES = float(os.environ.get("BENCH_STATE_BYTES", "0"))
"""How much a document's state grows with every event."""

SAID = float(os.environ.get("BENCH_SAID", "0"))
SAID_BYTES = int(os.environ.get("BENCH_SAID_BYTES", "0"))
"""Events said per event read, and how large one is."""

SAID_TOPIC = "dossier.due-soon"
BATCH = 1000

Operation = InsertOne[dict[str, object]] | UpdateOne


def operations(records: list[tuple[str, str]], versions: dict[str, int], said: str) -> tuple[list[Operation], int]:
    """What to write for these events (key, value), and how many events are said with it."""
    found: list[Operation] = []
    saying = 0.0
    by_key: dict[str, list[str]] = {}
    for key, value in records:
        by_key.setdefault(key, []).append(value)
    for key, values in by_key.items():
        before, saying = int(saying), saying + SAID * len(values)
        facts = [*values, *([said] * (int(saying) - before))]
        version = versions.get(key, 0) + len(facts)
        head = {"v": version, "state": "x" * int(STATE_BYTES * version)}
        if key in versions:
            update = {"$set": head, "$push": {"facts": {"$each": facts}}}
            found.append(UpdateOne({"_id": key, "v": versions[key]}, update))
        else:
            found.append(InsertOne({"_id": key, **head, "facts": facts}))
    return found, int(saying)


async def run() -> None:
    """Until the process is ended."""
    collection, said = documents(), "x" * SAID_BYTES
    consumer = AIOKafkaConsumer(
        *sla().topics,
        bootstrap_servers=KAFKA,
        group_id=GROUP,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        partition_assignment_strategy=(RangePartitionAssignor,),
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=KAFKA, acks="all", enable_idempotence=True, linger_ms=5, max_batch_size=256 * 1024
    )
    async with consumer, producer:
        while True:
            taken = await consumer.getmany(timeout_ms=1000, max_records=BATCH)
            records = [(one.key.decode(), one.value.decode()) for batch in taken.values() for one in batch]
            if not records:
                continue
            stored = await collection.find({"_id": {"$in": list({key for key, _ in records})}}).to_list(None)
            writing, count = operations(records, {one["_id"]: one["v"] for one in stored}, said)
            await collection.bulk_write(writing, ordered=False)
            keys = [key.encode() for key, _ in records[:count]]
            sending = [await producer.send(SAID_TOPIC, said.encode(), key=key) for key in keys]
            await asyncio.gather(*sending)
            await consumer.commit(
                {TopicPartition(place.topic, place.partition): batch[-1].offset + 1 for place, batch in taken.items()}
            )


if __name__ == "__main__":
    asyncio.run(run())
