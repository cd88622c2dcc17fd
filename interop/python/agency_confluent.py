"""A small agency on confluent-kafka; with `mode`, its records are made by the CloudEvents SDK."""

import events
from confluent_kafka import Consumer, Producer

import agency


def main() -> None:
    told = agency.config()
    consumer = Consumer({"bootstrap.servers": told["kafka"], "group.id": told["name"], "auto.offset.reset": "earliest"})
    consumer.subscribe(agency.topics(told))
    settings = {"bootstrap.servers": told["kafka"]}
    if told["codec"]:
        settings["compression.type"] = told["codec"]
    if told["transactions"]:
        settings["transactional.id"] = told["name"]
    producer = Producer(settings)
    if told["transactions"]:
        producer.init_transactions()
    while True:
        record = consumer.poll(1.0)
        if record is None:
            continue
        if record.error():
            raise RuntimeError(record.error())
        taken_back, said = agency.answers(told, events.heard(told["mode"], record.value()))
        if told["transactions"] and said:
            producer.begin_transaction()
            send(producer, told, taken_back)
            producer.abort_transaction()
            producer.begin_transaction()
            send(producer, told, said)
            producer.commit_transaction()
        else:
            send(producer, told, said)


def send(producer: Producer, told: dict, reports: list[dict]) -> None:
    for report in reports:
        headers, value = events.written(told["mode"], report)
        producer.produce("agency.reported", value, key=report["subject"], headers=headers, on_delivery=delivered)
    producer.flush()


def delivered(error: object, _record: object) -> None:
    if error:
        raise RuntimeError(error)


main()
