"""The floor: the handler that a competent user of FastStream writes. One message at a time: read, update, say, ack."""

import asyncio
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage
from pydantic import Discriminator, Tag

from bench.contenders.environment import BEFORE_ALL, GROUP, KAFKA, documents, sla
from contracts.envelope import AnyEvent, Event
from contracts.topics import PAYLOADS, read_event

SERVICE = sla()
DOCUMENTS = documents()

if TYPE_CHECKING:
    Watched = AnyEvent
else:
    Watched = Annotated[
        reduce(or_, (Annotated[Event[PAYLOADS[topic]], Tag(topic)] for topic in SERVICE.topics)),
        Discriminator(lambda given: given["type"]),
    ]

broker = KafkaBroker(KAFKA, acks="all", enable_idempotence=True, logger=None)


@broker.subscriber(*SERVICE.topics, group_id=GROUP, auto_offset_reset="earliest", ack_policy=AckPolicy.MANUAL)
async def watch(event: Watched, message: KafkaMessage) -> None:
    """Take in one event, and say what follows from it."""
    found = await DOCUMENTS.find_one({"_id": event.subject})
    facts = [read_event(fact["type"], fact["event"].encode()) for fact in found["facts"]] if found else []
    if event.identity not in {fact.identity for fact in facts}:
        fresh = _follow(facts, event)
        await _save(found, [*facts, *fresh], fresh)
        for said in fresh[1:]:
            await broker.publish(said.to_json().encode(), said.type, key=said.subject.encode())
    await message.ack()


def _follow(facts: list[AnyEvent], event: AnyEvent) -> list[AnyEvent]:
    """The event, and every event that has to be said because of it."""
    fresh = [event]
    while True:
        state = SERVICE.fold([*facts, *fresh])
        known = {fact.identity for fact in [*facts, *fresh]}
        more = [said for said in SERVICE.decide(state, BEFORE_ALL).events if said.identity not in known]
        if not more:
            return fresh
        fresh += more


async def _save(found: dict[str, Any] | None, facts: list[AnyEvent], fresh: list[AnyEvent]) -> None:
    added = [{"type": fact.type, "event": fact.to_json()} for fact in fresh]
    state = SERVICE.dump(SERVICE.fold(facts))
    if found is None:
        await DOCUMENTS.insert_one({"_id": facts[0].subject, "v": 1, "state": state, "facts": added})
        return
    done = await DOCUMENTS.update_one(
        {"_id": found["_id"], "v": found["v"]},
        {"$set": {"v": found["v"] + 1, "state": state}, "$push": {"facts": {"$each": added}}},
    )
    if not done.matched_count:
        raise RuntimeError(f"somebody else has saved {found['_id']} meanwhile")


if __name__ == "__main__":
    asyncio.run(FastStream(broker, logger=None).run())
