"""One week played twice with one seed, on fresh servers, at another speed, by more instances: the same to the byte."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.streams import records
from contracts.claims import ClockTicked
from contracts.envelope import AnyEvent
from contracts.topics import OF_DOSSIERS, SERVICES, read_event
from deploy.embedded import Stack
from deploy.embedded.joining import settings_of
from domain.procedures import load_catalogue, load_directory
from domain.worktime import ZONE, load_calendar
from tests.e2e.conftest import Shop, environment_of, free_port, ready
from tools.cli.simulate import FIRST_WEEK
from tools.operations.prepared_bus import prepare_bus
from tools.operations.processes import stop_all
from tools.simulator import KafkaBus, Plan, play, week

DOSSIERS, SEED = 120, 7
DAYS = timedelta(days=3)
"""So much of the week is played."""

NOON = 12

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(900)]

Streams = dict[tuple[str, bytes | None], list[bytes]]
Week = tuple[Streams, dict[str, bytes]]


@asynccontextmanager
async def new_shop(folder: Path, **more: str) -> AsyncIterator[Shop]:
    """Servers and services of their own."""
    stack = Stack.ephemeral(folder / "stack")
    found = stack.up()
    home = folder / "home"
    home.mkdir()
    ports = {name: free_port() for name in SERVICES}
    shop = Shop(
        settings_of(found, home),
        {**environment_of(home, found, ports), **more},
        ports,
    )
    try:
        await prepare_bus(shop.settings)
        for name in SERVICES:
            shop.start(name)
        await ready(shop)
        yield shop
    finally:
        stop_all(shop.processes.values())
        stack.down()


async def lived_through(shop: Shop, *, killing: bool) -> Week:
    """Play the first days of a week; what was said, and what lies in the outbox. Perhaps services are killed."""
    directory = load_directory()
    catalogue, calendar = load_catalogue(directory=directory), load_calendar()
    plan = Plan(DOSSIERS, SEED, FIRST_WEEK, "week")
    to_kill = list(SERVICES) if killing else []

    def on_window(moment: object) -> None:
        at = moment.at.astimezone(ZONE)  # type: ignore[attr-defined]
        if to_kill and at.hour == NOON and at.minute == 0:
            name = to_kill.pop()
            shop.kill(name)
            shop.start(name)

    async with Admin(shop.settings.bus) as admin:
        partitions = (await admin.topics())[ClockTicked.TYPE]
    with patch.object(week, "WEEK", DAYS):
        async with KafkaBus(shop.settings.bus, partitions, plan.timeline) as bus:
            await play(plan, bus, catalogue, directory, calendar, on_window=on_window)
    outbox = {path.name: path.read_bytes() for path in (shop.settings.home / "outbox").iterdir()}
    return await _streams(shop.settings.bus), outbox


async def _streams(bus: Bus) -> Streams:
    """Values of each key, in order; what a service that was killed had to say again is there once."""
    found: dict[tuple[str, bytes | None], dict[bytes, None]] = defaultdict(dict)
    async for record in records(bus, list(OF_DOSSIERS)):
        found[record.topic, record.key][record.value or b""] = None
    return {place: list(values) for place, values in found.items()}


@pytest.fixture(scope="module")
async def once(tmp_path_factory: pytest.TempPathFactory) -> Week:
    async with new_shop(tmp_path_factory.mktemp("once")) as shop:
        return await lived_through(shop, killing=False)


@pytest.fixture(scope="module")
async def again(tmp_path_factory: pytest.TempPathFactory) -> Week:
    """Slower, in small batches, by two instances of some services, and with every service killed on the way."""
    async with new_shop(tmp_path_factory.mktemp("again"), LIENTHONG_BATCH_RECORDS="7") as shop:
        for name in ("intake", "sla"):
            shop.ports[f"{name}-2"] = free_port()
            shop.start(name, f"{name}-2")
        return await lived_through(shop, killing=True)


async def test_the_same_seed_says_the_same_in_the_same_order(once: Week, again: Week) -> None:
    assert sum(map(len, once[0].values())) > DOSSIERS * 10
    assert once[0].keys() == again[0].keys()
    assert {place for place in once[0] if once[0][place] != again[0][place]} == set()


async def test_the_same_letters_lie_in_the_outbox(once: Week, again: Week) -> None:
    assert len(once[1]) > DOSSIERS
    assert once[1] == again[1]


async def test_no_letter_says_what_was_taken_back_at_the_same_time(once: Week) -> None:
    events = [read_event(topic, value) for (topic, _), values in once[0].items() for value in values]
    lettered = {event.data.overdue_id for event in events if event.type == "letter.issued"}
    retracted = {event.data.overdue_id: event for event in events if event.type == "dossier.overdue-retracted"}
    told_late = _told_late(events)
    assert {one for one in lettered & retracted.keys() if retracted[one].subject not in told_late} == set()


def _told_late(events: list[AnyEvent]) -> set[str]:
    """Dossiers of which an agency told something later than it happened."""
    return {event.subject for event in events if event.type == "agency.reported" and event.data.occurred_at}
