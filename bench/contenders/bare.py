"""The ceiling of a sequential design: find, write, send and commit of the same sizes, one after the other, no logic.

It stores what sla stores, a head for every dossier that is replaced and its events beside it: every event makes the
head a little longer, as it does sla's. Events are said as often as sla says some, and as large.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from pymongo import InsertOne, UpdateOne

from bench.contenders.environment import GROUP, KAFKA, documents, sla
from chassis.runtime.settings import Settings

STATE_BYTES = float(os.environ.get("BENCH_STATE_BYTES", "0"))
"""How much a document's state grows with every event."""

SAID = float(os.environ.get("BENCH_SAID", "0"))
SAID_BYTES = int(os.environ.get("BENCH_SAID_BYTES", "0"))
"""Events said per event read, and how large one is."""

SAID_TOPIC = "dossier.due-soon"
BATCH = Settings().batch_records
"""As many as sla takes at once."""

Operation = InsertOne[dict[str, Any]] | UpdateOne


@dataclass
class Writing:
    """The writes of one batch.

    Attributes:
        heads: new documents and guarded updates.
        facts: the events of each document, in a record of their own.
        said: keys of the events that are said.
    """

    heads: list[Operation] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)


def writing(records: Sequence[tuple[str, str]], versions: Mapping[str, int], said: str) -> Writing:
    """The writes for these events (key, value) upon these versions."""
    found, owed = Writing(), 0.0
    by_key: dict[str, list[str]] = defaultdict(list)
    for key, value in records:
        by_key[key].append(value)
    for key, values in by_key.items():
        owed += SAID * len(values)
        saying = int(owed) - len(found.said)
        found.said += [key.encode()] * saying
        facts = [*values, *([said] * saying)]
        version = versions.get(key, 0) + len(facts)
        head = {"v": version, "state": "x" * int(STATE_BYTES * version)}
        found.facts.append({"_id": f"{key}|{version}", "facts": facts})
        if key in versions:
            found.heads.append(UpdateOne({"_id": key, "v": versions[key]}, {"$set": head}))
        else:
            found.heads.append(InsertOne({"_id": key, **head}))
    return found


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
            records = [(record.key.decode(), record.value.decode()) for found in taken.values() for record in found]
            if not records:
                continue
            stored = await collection.find({"_id": {"$in": list({key for key, _ in records})}}).to_list(None)
            batch = writing(records, {document["_id"]: document["v"] for document in stored}, said)
            await collection.database.facts.insert_many(batch.facts, ordered=False)
            await collection.bulk_write(batch.heads, ordered=False)
            sending = [await producer.send(SAID_TOPIC, said.encode(), key=key) for key in batch.said]
            await asyncio.gather(*sending)
            await consumer.commit(
                {TopicPartition(at.topic, at.partition): found[-1].offset + 1 for at, found in taken.items()}
            )


if __name__ == "__main__":
    asyncio.run(run())
