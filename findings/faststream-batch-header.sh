#!/bin/sh
# FastStream 0.7.8: a header that is null or not UTF-8 text makes its parser raise, and the whole batch with it.
#
# Kafka allows any bytes in a header's value, and none: Confluent's schema id in a header is binary. In batch mode the
# parser decodes the headers of all records first. What that raises ends in `consume`, which passes over it: the handler
# is never called, the position has moved on, nothing is logged without a logger.
#
# Seen on 2026-11-28 with Python 3.11, faststream 0.7.8, aiokafka 0.14.0:
#   text    a batch of 2
#   null    AttributeError: 'NoneType' object has no attribute 'decode'
#   binary  UnicodeDecodeError
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "faststream[kafka]==0.7.8" "aiokafka==0.14.0"
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import asyncio

from aiokafka.structs import ConsumerRecord
from faststream.kafka.message import KafkaMessage
from faststream.kafka.parser import AioKafkaBatchParser


def record(*headers):
    return ConsumerRecord("t", 0, 0, 0, 0, b"k", b"v", None, 1, 1, headers)


async def main():
    for name, value in (("text", b"a"), ("null", None), ("binary", b"\xff")):
        batch = (record(), record(("schema", value)))
        try:
            message = await AioKafkaBatchParser(KafkaMessage, None).parse_batch(batch)
        except Exception as error:
            print(f"{name:7} {type(error).__name__}")
        else:
            print(f"{name:7} a batch of {len(message.body)}")


asyncio.run(main())
PYTHON
printf 'text    a batch of 2\nnull    AttributeError\nbinary  UnicodeDecodeError\n' | cmp -s - "$folder/seen"
