import asyncio

import pytest

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from services.rating.service import service
from tests.integration.dead_letters.letters import SERVICE, TOPIC, all_records, numbers, published, runner
from tools.cli.main import app
from tools.operations import dead_letters


@pytest.fixture
def run(command_line, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")

    def command(*words):
        result = runner.invoke(app, ["dead-letters", *words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return command


@pytest.fixture
def put_aside(settings):
    """A record of this value goes through rating's loop and becomes a dead letter; its name."""

    async def through_the_loop(value, key):
        await published(settings.bus, Message(TOPIC, key, value))
        mine = [one for one in await all_records(settings.bus, TOPIC) if one.value == value and one.key == key]
        publisher = Publisher(settings.bus)
        try:
            await Loop(service(), MemoryStore(), publisher).process(mine)
        finally:
            await publisher.stop()

    def letter(value, key=None):
        key = key or f"D.letter-{next(numbers)}".encode()
        before = {one.name for one in asyncio.run(dead_letters.list_all(settings.bus, SERVICE))}
        asyncio.run(through_the_loop(value, key))
        [fresh] = [one for one in asyncio.run(dead_letters.list_all(settings.bus, SERVICE)) if one.name not in before]
        return fresh

    return letter
