"""A small agency on kafka-python."""

import json

from kafka import KafkaConsumer, KafkaProducer

import agency


def main() -> None:
    told = agency.config()
    consumer = KafkaConsumer(
        *agency.topics(told),
        bootstrap_servers=told["kafka"],
        group_id=told["name"],
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    settings = {"compression_type": told["codec"]} if told["codec"] else {}
    if told["transactions"]:
        settings["transactional_id"] = told["name"]
    producer = KafkaProducer(bootstrap_servers=told["kafka"], **settings)
    if told["transactions"]:
        producer.init_transactions()
    for record in consumer:
        taken_back, said = agency.answers(told, json.loads(record.value))
        if told["transactions"] and said:
            producer.begin_transaction()
            send(producer, taken_back)
            producer.abort_transaction()
            producer.begin_transaction()
            send(producer, said)
            producer.commit_transaction()
        else:
            send(producer, said)


def send(producer: KafkaProducer, reports: list[dict]) -> None:
    sent = [
        producer.send("agency.reported", json.dumps(report).encode(), key=report["subject"].encode())
        for report in reports
    ]
    for sending in sent:
        sending.get(timeout=30)


main()
