from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest
from aiokafka.admin import NewTopic
from aiokafka.errors import MessageSizeTooLargeError
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern

from chassis.runtime.bus.connection import Bus
from deploy.embedded import SERVICES, Endpoints, Ports, Stack, StackError, read_endpoints
from deploy.embedded.joining import bus_of
from deploy.embedded.processes import start_time

pytestmark = [pytest.mark.stack, pytest.mark.slow]
TOPIC = "dossier.received"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack.ephemeral(tmp_path_factory.mktemp("stack"))
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


def pids(stack: Stack) -> dict[str, int | None]:
    return {server.name: server.pid for server in stack.status()}


async def publish(bus: Bus, value: bytes) -> None:
    producer = bus.producer(acks="all", enable_idempotence=True, max_request_size=4_000_000)
    async with producer:
        await producer.send_and_wait(TOPIC, value, key=b"H29.1")


async def first_value(bus: Bus) -> Any:
    consumer = bus.consumer(TOPIC, group_id="reader", auto_offset_reset="earliest")
    async with consumer:
        return (await consumer.getone()).value


async def test_everything_answers_where_the_file_says(stack: Stack) -> None:
    assert {server.state for server in stack.status()} == {"running"}
    assert read_endpoints(stack.home) == stack.endpoints
    for service in SERVICES:
        client: Any = AsyncIOMotorClient(stack.endpoints.mongo[service])
        dossiers = client.get_default_database().get_collection("dossier", write_concern=WriteConcern("majority"))
        await dossiers.insert_one({"_id": service})
        assert await dossiers.find_one({}) == {"_id": service}, "each service has a store of its own"
        client.close()


async def test_the_bus_carries_events_and_refuses_huge_ones(stack: Stack) -> None:
    bus = bus_of(stack.endpoints)
    admin = bus.admin()
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, 6, 1)])
    await admin.close()
    await publish(bus, b"first")
    assert await first_value(bus) == b"first"
    with pytest.raises(MessageSizeTooLargeError):
        await publish(bus, b"x" * 2_000_000)


def test_up_again_keeps_what_runs(stack: Stack) -> None:
    before = pids(stack)
    stack.up()
    assert pids(stack) == before


def test_a_killed_store_comes_back_with_every_acknowledged_write(stack: Stack) -> None:
    before = pids(stack)
    with pymongo.MongoClient[dict[str, Any]](stack.endpoints.mongo["sla"]) as client:
        for number in range(300):
            client.get_default_database().due.insert_one({"_id": number})
    stack.kill("sla")
    assert {server.name for server in stack.status() if server.state == "stopped"} == {"sla"}

    stack.up()
    after = pids(stack)
    assert after.pop("sla") != before.pop("sla")
    assert after == before
    with pymongo.MongoClient[dict[str, Any]](stack.endpoints.mongo["sla"]) as client:
        assert client.get_default_database().due.count_documents({}) == 300


async def test_a_killed_broker_comes_back_with_its_events(stack: Stack) -> None:
    stack.kill("kafka")
    stack.start("kafka")
    consumer = bus_of(stack.endpoints).consumer(TOPIC, auto_offset_reset="earliest")
    async with consumer:
        assert (await consumer.getone()).value == b"first"


def test_a_second_stack_on_the_same_ports_is_refused_and_harms_nothing(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="is taken by another program"):
        Stack(tmp_path, stack.ports).up()
    assert {server.state for server in stack.status()} == {"running"}


def test_down_leaves_no_process_and_up_finds_the_data(stack: Stack) -> None:
    running = pids(stack)
    stack.down()
    assert all(pid and start_time(pid) is None for pid in running.values())
    assert read_endpoints(stack.home) is None

    moved = Stack(stack.home, Ports.free())
    try:
        endpoints: Endpoints = moved.up()
        with pymongo.MongoClient[dict[str, Any]](endpoints.mongo["sla"]) as client:
            assert client.get_default_database().due.count_documents({}) == 300
    finally:
        moved.down()
