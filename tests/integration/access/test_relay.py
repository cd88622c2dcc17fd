"""The relay as a process on a real broker: killed again and again, it gives every agency all that concerns it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.runtime import clock
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.settings import Settings
from contracts.envelope import AnyEvent
from contracts.intake import DossierPaid
from contracts.routing import DossierTransferred
from tests.given import at, fact
from tools.operations import access_agency
from tools.operations.access_agency import Connection
from tools.operations.access_plan import inbox_topic

pytestmark = pytest.mark.stack

ONE, OTHER, LATE = "T10.01", "T10.02", "T10.03"
DOSSIERS = 40


@pytest.fixture
async def agencies(administrator: Settings, credentials: Path) -> AsyncIterator[dict[str, Bus]]:
    """Two agencies that are connected, and the bus as each reaches it."""
    yield {code: await connected(administrator, credentials, code) for code in (ONE, OTHER)}
    for code in (ONE, OTHER, LATE):
        await access_agency.revoke(Connection(administrator, code, credentials / code), clock.now())


async def connected(administrator: Settings, credentials: Path, code: str) -> Bus:
    now = clock.now()
    await access_agency.add(Connection(administrator, code, credentials / code), now, now)
    unnamed = administrator.model_copy(update={"kafka_security": "PLAINTEXT"})
    return unnamed.speaking_as(f"agency-{code}").bus


@contextmanager
def running(settings: Settings) -> "Iterator[subprocess.Popen[bytes]]":
    """`lienthong run relay`, as a principal of its own, with its memory in the home of these settings."""
    named = {
        "LIENTHONG_HOME": str(settings.home),
        "LIENTHONG_KAFKA": settings.kafka,
        "LIENTHONG_KAFKA_ACCESS": str(settings.kafka_access),
        "LIENTHONG_MONGO": "mongodb://127.0.0.1:1",
    }
    command = [sys.executable, "-m", "tools.cli", "run", "relay"]
    with (settings.home / "relay.log").open("ab") as log:
        process = subprocess.Popen(command, env={**os.environ, **named}, stderr=log, stdout=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def told(to: str, number: int) -> list[AnyEvent]:
    """A dossier that is handed over, and a payment that names nobody and is published first."""
    dossier = f"{to}-260302-{number:04}"
    moved = DossierTransferred(step="tax", attempt=1, from_agency="H29.16", to_agency=to)
    paid = DossierPaid(amount=number)
    return [fact(paid, at(3), number, subject=dossier), fact(moved, at(3), number, subject=dossier)]


async def publish(bus: Bus, events: list[AnyEvent]) -> None:
    publisher = Publisher(bus)
    await publisher([message_of(event) for event in events])
    await publisher.stop()


async def received(bus: Bus, code: str, least: int) -> list[Any]:
    """What stands in an inbox, as its agency reads it, once it holds so many different records."""
    consumer = bus.consumer(group_id=f"agency-{code}-test", auto_offset_reset="earliest", enable_auto_commit=False)
    consumer.subscribe([inbox_topic(code)])
    found = list[Any]()
    await consumer.start()
    try:
        async with asyncio.timeout(90):
            while len({record.value for record in found}) < least:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += records
    finally:
        await consumer.stop()
    return found


@pytest.mark.slow
async def test_a_relay_that_is_killed_again_and_again_loses_nothing(administrator, agencies, credentials):
    events = [event for number in range(DOSSIERS) for event in told((ONE, OTHER)[number % 2], number)]
    for part in range(4):
        with running(administrator) as relay:
            await publish(administrator.bus, events[20 * part : 20 * (part + 1)])
            await received(agencies[ONE], ONE, 10 * part + 3)
            relay.send_signal(signal.SIGKILL)
            relay.wait()
    with running(administrator) as relay:
        late = await connected(administrator, credentials, LATE)
        await publish(administrator.bus, told(LATE, 1))
        inboxes = {ONE: DOSSIERS, OTHER: DOSSIERS, LATE: 2}
        for code, least in inboxes.items():
            records = await received({**agencies, LATE: late}[code], code, least)
            assert {record.value for record in records} == {
                event.to_json().encode() for event in [*events, *told(LATE, 1)] if event.subject.startswith(code)
            }
            assert {record.key.decode() for record in records} == {json.loads(r.value)["subject"] for r in records}
        # Who is cut off keeps nobody else waiting.
        await access_agency.revoke(Connection(administrator, LATE, credentials / LATE), clock.now())
        await publish(administrator.bus, [*told(LATE, 2), *told(ONE, DOSSIERS)])
        await received(agencies[ONE], ONE, DOSSIERS + 2)
        relay.send_signal(signal.SIGTERM)
        assert relay.wait(100) == 0  # a publish is given 30 seconds, and a producer 30 more to flush


async def test_a_memory_of_another_bus_is_told_and_nothing_is_given(administrator, tmp_path):
    from chassis.runtime.bus.admin import BusError  # noqa: PLC0415
    from tools.operations.relay.bus import RelayBus  # noqa: PLC0415

    relay = administrator.model_copy(update={"kafka_security": "PLAINTEXT"}).speaking_as("relay").bus
    with pytest.raises(BusError, match="the memory is of another bus"):
        await RelayBus(relay, "lienthong.relay", {("dossier.paid", 0): 10**9}).start()
