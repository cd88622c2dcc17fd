"""Records of real clients, whatever stands in their headers and however they are packed: none is lost."""

import asyncio
import itertools
from contextlib import asynccontextmanager

import aiokafka.codec
import pytest

from chassis.runtime.bus.subscription import Subscription

TOPIC = "consultation.requested"
"""Nobody else reads or writes it in these tests."""

CODECS = ("gzip", "snappy", "lz4", "zstd")
numbers = itertools.count()

HEADERS = {
    "null": [("a", None)],
    "binary": [("schema", bytes(range(256)))],
    "empty": [("", b""), ("a", b"")],
    "not UTF-8": [("tên", "Nguyễn".encode("utf-16"))],
    "the same name": [("a", b"1"), ("a", b"2"), ("a", None)],
    "many": [(f"h{n}", b"x" * n) for n in range(500)],
    "those that a framework would read": [("reply_to", b"\xff"), ("correlation_id", None), ("content-type", b"\x00")],
}


@pytest.fixture
def group(settings):
    return settings.group_prefix + "reader"


class Reader:
    """A handler that keeps what it was given."""

    def __init__(self, wanted):
        self.wanted = set(wanted)
        self.seen = []
        self.done = asyncio.Event()

    async def __call__(self, records, _turn):
        self.seen += [record.value for record in records if record.value in self.wanted]
        if self.wanted <= set(self.seen):
            self.done.set()


@asynccontextmanager
async def reading(settings, group, handler, topic=TOPIC, **more):
    subscription = Subscription(settings, settings.bus, group, [topic], handler, **more)
    await subscription.start()
    try:
        yield subscription
    finally:
        await subscription.stop()


async def until(condition):
    """Return when this is so; nobody tells when."""
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@asynccontextmanager
async def client(settings, **options):
    """Somebody else's producer."""
    producer = settings.bus.producer(acks="all", **options)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send(producer, partition, headers=(), count=1, topic=TOPIC):
    """Some records as one batch; what stands in them."""
    values = [f"lost {next(numbers)}".encode() for _ in range(count)]
    sent = [await producer.send(topic, one, partition=partition, headers=list(headers)) for one in values]
    await asyncio.gather(*sent)
    return values


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
async def test_no_header_loses_its_record_nor_those_beside_it(settings, admin, group, headers):
    async with client(settings, linger_ms=50) as producer:
        values = await send(producer, 0, count=3)
        values += await send(producer, 0, headers)
        values += await send(producer, 1, count=3)
    reader = Reader(values)
    async with reading(settings, group, reader):
        async with asyncio.timeout(20):
            await reader.done.wait()
        await admin.settled({group: [TOPIC]})
    assert sorted(reader.seen) == sorted(values)


@pytest.mark.parametrize("codec", CODECS)
async def test_every_codec_is_read(settings, group, codec):
    async with client(settings, compression_type=codec, linger_ms=50) as producer:
        values = await send(producer, 2, count=50)
    reader = Reader(values)
    async with reading(settings, group, reader):
        async with asyncio.timeout(20):
            await reader.done.wait()


async def test_a_batch_that_can_not_be_unpacked_loses_no_record_of_other_partitions(settings, group, monkeypatch):
    async with client(settings, linger_ms=50) as good, client(settings, compression_type="zstd", linger_ms=50) as odd:
        values = await send(good, 0, count=3) + await send(good, 1, count=3)
        bad = await send(odd, 2, count=3)
        values += await send(good, 3, count=3) + await send(good, 4, count=3)
    monkeypatch.setattr(aiokafka.codec, "has_zstd", lambda: False)
    reader = Reader(values)
    async with reading(settings, group, reader):
        async with asyncio.timeout(20):
            await reader.done.wait()
    monkeypatch.undo()
    rest = Reader(bad)
    async with reading(settings, group, rest):
        async with asyncio.timeout(20):
            await rest.done.wait()
