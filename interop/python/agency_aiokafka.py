"""A small agency on aiokafka."""

import asyncio
import json

import signing
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

import agency


async def main() -> None:
    told = agency.config()
    consumer = AIOKafkaConsumer(
        *agency.topics(told),
        bootstrap_servers=told["kafka"],
        group_id=told["name"],
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    settings = {"compression_type": told["codec"]} if told["codec"] else {}
    if told["transactions"]:
        settings["transactional_id"] = told["name"]
    producer = AIOKafkaProducer(bootstrap_servers=told["kafka"], **settings)
    async with consumer, producer:
        async for record in consumer:
            taken_back, said = agency.answers(told, json.loads(record.value))
            if told["transactions"] and said:
                await producer.begin_transaction()
                await send(producer, told, taken_back)
                await producer.abort_transaction()
                async with producer.transaction():
                    await send(producer, told, said)
            else:
                await send(producer, told, said)


async def send(producer: AIOKafkaProducer, told: dict, reports: list[dict]) -> None:
    for report in reports:
        value = json.dumps(report).encode()
        signed = signing.headers(told, report["data"]["agency"], value)
        await producer.send_and_wait("agency.reported", value, key=report["subject"].encode(), headers=signed)


asyncio.run(main())
