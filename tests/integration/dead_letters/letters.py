"""How the tests of dead letters write records, read them back, and ask the command line."""

import itertools
import json

from typer.testing import CliRunner

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.streams import records

TOPIC = "rating.submitted"
SERVICE = "rating"
runner = CliRunner()
numbers = itertools.count()


async def published(bus, *messages):
    publisher = Publisher(bus)
    try:
        await publisher(messages)
    finally:
        await publisher.stop()


async def all_records(bus, topic):
    return [record async for record in records(bus, [topic])]


def told(run, name, *words):
    [found] = [one for one in json.loads(run("list", SERVICE, "--json", *words).stdout) if one["name"] == name]
    return found
