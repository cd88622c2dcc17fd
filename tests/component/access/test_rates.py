"""Nobody shuts others out: windows by network and by client, places that are kept for citizens."""

import asyncio
import ipaddress
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from chassis.runtime.http.access import allowed
from chassis.runtime.http.application import make_api
from chassis.runtime.http.rates import Allowance, Rates
from tests.component.access.province import PROBES

SMALL = Allowance(seconds=60, stranger=5, network=20, client=8, at_once=6, reserve=2, share=3)


class Desk:
    """A service with one route, which answers when it is let go on."""

    def __init__(self, world: Any, allowance: Allowance = SMALL, proxies: tuple[str, ...] = ()) -> None:
        self.world = world
        self.going = asyncio.Event()
        self.going.set()
        self.asked = 0
        routes = APIRouter()

        @routes.get("/v1/open", dependencies=[allowed("portal", public=True)])
        async def answer() -> None:
            self.asked += 1
            await self.going.wait()

        routes.get("/v1/closed", dependencies=[allowed("portal", "payment")])(answer)
        rates = Rates(allowance, [ipaddress.ip_network(proxy) for proxy in proxies])
        self.api = make_api("desk", routes, PROBES, replace(world.access(), rates=rates))

    async def get(self, network: str, name: str = "", path: str = "/v1/open", **headers: str) -> httpx.Response:
        headers |= self.world.bearer(name) if name else {}
        transport = httpx.ASGITransport(self.api, client=(network, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
            return await client.get(path, headers=headers)

    async def statuses(self, times: int, *args: Any, **more: Any) -> list[int]:
        return [(await self.get(*args, **more)).status_code for _ in range(times)]


async def test_one_network_without_a_token_is_bounded_and_told_when_to_come_again(world):
    desk = Desk(world)
    assert await desk.statuses(6, "192.0.2.1") == [200] * 5 + [429]
    refused = await desk.get("192.0.2.1")
    assert refused.headers["content-type"] == "application/problem+json"
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert await desk.statuses(1, "192.0.2.2") == [200], "another network does not suffer"


async def test_addresses_of_one_customer_are_one_network(world):
    desk = Desk(world)
    for number in range(5):
        await desk.get(f"2001:db8::{number}")
    assert (await desk.get("2001:db8::ffff")).status_code == 429
    assert (await desk.get("2001:db8:0:1::1")).status_code == 200
    for _ in range(5):
        await desk.get("192.0.2.1")
    assert (await desk.get("::ffff:192.0.2.1")).status_code == 429


async def test_a_verified_client_is_bounded_wherever_it_asks_from_and_no_other_client_with_it(world):
    desk = Desk(world)
    found = [(await desk.get(f"192.0.2.{number}", "portal", "/v1/closed")).status_code for number in range(9)]
    assert found == [200] * 8 + [429]
    assert (await desk.get("192.0.2.1", "payment", "/v1/closed")).status_code == 200


async def test_invented_tokens_are_bounded_by_their_network(world):
    desk = Desk(world)
    found = await desk.statuses(21, "192.0.2.1", path="/v1/closed", Authorization="Bearer a.b.c")
    assert found == [401] * 20 + [429]


async def test_citizens_get_through_however_many_requests_of_loud_clients_are_under_way(world):
    desk = Desk(world)
    desk.going.clear()
    loud = [asyncio.create_task(desk.get(f"192.0.2.{number}", "portal")) for number in range(6)]
    done, waiting = await asyncio.wait(loud, timeout=0.3)
    assert ([task.result().status_code for task in done], len(waiting)) == ([429, 429], 4)
    quiet = [asyncio.create_task(desk.get(f"198.51.100.{number}")) for number in range(2)]
    await asyncio.wait(quiet, timeout=0.1)
    desk.going.set()
    assert [(await task).status_code for task in (*waiting, *quiet)] == [200] * 6
    assert (await desk.get("192.0.2.9", "portal")).status_code == 200, "places are given back"


async def test_one_network_has_its_share_of_what_is_under_way(world):
    desk = Desk(world)
    desk.going.clear()
    tasks = [asyncio.create_task(desk.get("192.0.2.1")) for _ in range(4)]
    await asyncio.wait(tasks, timeout=0.2)
    desk.going.set()
    assert sorted([(await task).status_code for task in tasks]) == [200, 200, 200, 429]


async def test_a_proxy_of_ours_says_whom_it_asks_for_and_nobody_else_is_believed(world):
    desk = Desk(world, proxies=("10.0.0.0/8",))
    for number in range(20):
        assert (await desk.get("10.0.0.1", **{"X-Forwarded-For": f"192.0.2.{number}"})).status_code == 200
    lied = [(await desk.get("203.0.113.1", **{"X-Forwarded-For": f"192.0.2.{n}"})).status_code for n in range(6)]
    assert lied[-1] == 429
    chained = [
        (await desk.get("10.0.0.1", **{"X-Forwarded-For": f"1.2.3.{n}, 198.51.100.7"})).status_code for n in range(6)
    ]
    assert chained[-1] == 429, "what stands before the last stranger was written by himself"
    assert (await desk.get("10.0.0.1", **{"X-Forwarded-For": "rubbish, 1.2.3"})).status_code == 200


@pytest.mark.parametrize("client", ["", "not an address"])
async def test_who_has_no_address_is_counted_too(world, client):
    desk = Desk(world)
    assert (await desk.statuses(6, client))[-1] == 429
