"""Readiness of a real service whose real servers go away and come back; liveness never blames the world."""

import asyncio
import os
import signal
from contextlib import suppress

import httpx
import pytest

from chassis.runtime.run import Runner
from chassis.runtime.settings import Settings
from deploy.embedded import Stack
from deploy.embedded.joining import settings_of
from services.rating.app import build
from tests.e2e.conftest import free_port
from tools.operations.prepared_bus import prepare_bus

pytestmark = [pytest.mark.stack, pytest.mark.slow]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """A broker and one store of this module's own, to be hurt."""
    stack = Stack.ephemeral(tmp_path_factory.mktemp("hurt"))
    try:
        stack.start("kafka")
        stack.start("rating")
        yield stack
    finally:
        stack.down()


@pytest.fixture
async def http(servers, tmp_path):
    """The HTTP side of a running rating service."""
    found = servers.endpoints
    await prepare_bus(settings_of(found, tmp_path))
    settings = settings_of(found, tmp_path, "rating", http_port=free_port(), operator_port=free_port())
    runner = asyncio.create_task(Runner("rating", build, settings).run())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.operator_port}", timeout=10) as client:
        yield client
    await stopped(runner)


async def stopped(runner):
    os.kill(os.getpid(), signal.SIGTERM)
    await runner
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(signum)


async def until(http, **wanted):
    """Ask until readiness is as wanted; the test's own timeout ends it."""
    while True:
        with suppress(httpx.HTTPError):
            answer = await http.get("/health/ready")
            found = {name: answer.json()[name] for name in wanted}
            if found == wanted:
                return answer
        await asyncio.sleep(0.1)


async def lives(http):
    return (await http.get("/health/live")).status_code == 200


@pytest.mark.parametrize("hurt", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "silent"])
@pytest.mark.parametrize(("server", "check"), [("rating", "store"), ("kafka", "bus")])
async def test_readiness_falls_with_a_server_and_comes_back_with_it(servers, http, server, check, hurt):
    assert (await until(http, store=True, bus=True, loop=True)).status_code == 200
    servers.kill(server, hurt)
    answer = await until(http, **{check: False})
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert await lives(http)
    text = (await http.get("/metrics")).text
    assert f'lienthong_ready{{check="{check}"}} 0.0' in text
    if hurt == signal.SIGSTOP:
        servers.kill(server, signal.SIGCONT)
    else:
        servers.start(server)
    assert (await until(http, store=True, bus=True, loop=True)).status_code == 200
    assert await lives(http)


async def test_lag_is_told_by_topic_and_partition(http):
    await until(http, bus=True)
    text = (await http.get("/metrics")).text
    assert 'lienthong_lag_records{partition="0",topic="dossier.received"} 0.0' in text


async def test_a_service_that_starts_before_its_world_is_alive_and_not_ready(tmp_path):
    nowhere = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"
    ports = {"http_port": free_port(), "operator_port": free_port()}
    settings = Settings(home=tmp_path, kafka="127.0.0.1:1", mongo=nowhere, **ports)
    runner = asyncio.create_task(Runner("rating", build, settings).run())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.operator_port}", timeout=10) as client:
        assert (await until(client, store=False, bus=False, loop=False)).status_code == 503
        assert await lives(client)
    await stopped(runner)
