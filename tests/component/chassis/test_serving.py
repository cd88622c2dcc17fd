"""Two ports: each answers what it is for, both cut off who dawdles, and a port that is taken is named."""

import asyncio
import socket

import httpx
import pytest
from fastapi import APIRouter

from chassis.runtime.http.access import allowed
from chassis.runtime.http.application import Probes, make_api, make_operator_api
from chassis.runtime.http.serving import Serving
from chassis.runtime.settings import Settings, SettingsError


async def well():
    return {"store": True}


async def metrics():
    return b"lienthong_ready 1\n"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
async def settings(tmp_path):
    return Settings(home=tmp_path, http_port=free_port(), operator_port=free_port())


def apis():
    probes = Probes(well, well, metrics)
    internal = APIRouter()
    internal.get("/internal/things", dependencies=[allowed("service", guarded=True)])(well)
    published = make_api("intake", None, probes)
    return published, make_operator_api(published, "intake", internal, probes)


async def test_each_port_answers_what_it_is_for_until_both_stop(settings):
    serving = Serving(settings, "intake", *apis())
    serving.start()
    world, operators = (f"http://127.0.0.1:{port}" for port in (settings.http_port, settings.operator_port))
    async with httpx.AsyncClient() as http:
        for _ in range(200):
            try:
                await http.get(f"{world}/health/live")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.01)
        assert (await http.get(f"{operators}/metrics")).text == "lienthong_ready 1\n"
        assert (await http.get(f"{operators}/internal/things")).status_code == 403
        assert (await http.get(f"{world}/openapi.json")).json() == (await http.get(f"{operators}/openapi.json")).json()
        for path in ("/metrics", "/internal/things", "/docs"):
            assert (await http.get(f"{world}{path}")).status_code == 404
    await serving.stop()
    for port in (settings.http_port, settings.operator_port):
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()


@pytest.mark.parametrize("which", ["http_port", "operator_port"])
async def test_a_port_that_is_taken_is_named_and_none_is_kept(settings, which):
    words = f"port {getattr(settings, which)} .*LIENTHONG_OPERATOR_PORT"
    with socket.create_server(("127.0.0.1", getattr(settings, which))), pytest.raises(SettingsError, match=words):
        Serving(settings, "intake", *apis())
    Serving(settings, "intake", *apis()).close()
