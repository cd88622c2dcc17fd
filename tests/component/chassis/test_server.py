"""The real server on real sockets: whoever sends half a request holds nothing for long and nobody up."""

import asyncio
import json
import time
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from chassis.runtime.http.access import allowed
from chassis.runtime.http.application import Probes, make_api
from chassis.runtime.http.server import HEADER_BYTES, Limits, make_server
from chassis.runtime.http.serving import bind

HOST = "127.0.0.1"
MANY = 200
SOON = Limits(header=0.5, body=0.5, answer=0.5, idle=1, connections=500)
LINES = b"POST /v1/notes HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\n"
HALVES = {
    "nothing": b"",
    "half a line": b"POST /v1/no",
    "half the headers": LINES,
    "half a body": LINES + b"Content-Length: 100\r\n\r\n{",
    "half a chunk": LINES + b"Transfer-Encoding: chunked\r\n\r\n40\r\n{",
    "no body": LINES + b"Content-Length: 100\r\n\r\n",
    "no body, and asks first": LINES + b"Expect: 100-continue\r\nContent-Length: 100\r\n\r\n",
}


class Note(BaseModel):
    text: str


async def well():
    return {"store": True}


async def metrics():
    return b""


def toy():
    routes = APIRouter(dependencies=[allowed(public=True)])

    @routes.post("/v1/notes")
    async def write(note: Note) -> Note:
        return note

    @routes.get("/v1/much")
    async def much() -> list[Note]:
        return [Note(text="x" * 1000)] * 20_000

    return make_api("toy", routes, Probes(well, well, metrics))


@asynccontextmanager
async def serving(limits=SOON):
    listening = bind(HOST, 0)
    server = make_server(toy(), HOST, 0, limits)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    await until(lambda: server.started)
    try:
        yield listening.getsockname()[1], server
    finally:
        server.should_exit = True
        await task


async def half(port, text):
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(text)
    return reader, writer


async def until(reached):
    while not reached():  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.01)


async def rest(reader, writer):
    """What the server said until it closed."""
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.parametrize("text", HALVES.values(), ids=HALVES)
async def test_half_a_request_is_told_that_its_time_is_over_and_closed(text):
    async with serving() as (port, server):
        said = await rest(*await half(port, text))
        assert (b"HTTP/1.1 408 " in said) == bool(text)  # where nothing was asked, nothing is answered
        if said:
            assert b"connection: close" in said.lower()
            assert json.loads(said.rpartition(b"\r\n\r\n")[2])["status"] == 408
        assert not server.server_state.connections


async def test_a_trickle_of_bytes_prolongs_nothing():
    async with serving() as (port, _):
        for start, drop in ((b"GET / HTTP/1.1\r\nX: ", b"x"), (LINES + b"Content-Length: 9999\r\n\r\n", b" ")):
            reader, writer = await half(port, start)
            reading = asyncio.create_task(reader.read())
            dropped = 0
            while not reading.done() and not writer.is_closing():
                writer.write(drop)
                dropped += 1
                await asyncio.wait([reading], timeout=0.02)
            with suppress(ConnectionResetError):  # a byte that crosses the answer resets the connection under it
                assert b" 408 " in await reading
            assert dropped > 3
            writer.close()


async def test_two_hundred_half_requests_hold_nobody_up_and_are_all_closed():
    async with serving() as (port, server):
        kinds = list(HALVES.values())
        halves = [await half(port, kinds[n % len(kinds)]) for n in range(MANY)]
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}") as http:
            for _ in range(20):
                assert (await http.post("/v1/notes", json={"text": "honest"})).json() == {"text": "honest"}
                assert (await http.get("/health/live")).status_code == 200
        ends = await asyncio.gather(*(rest(*one) for one in halves))
        assert sum(b" 408 " in said for said in ends) == MANY - sum(not kinds[n % len(kinds)] for n in range(MANY))
        assert not server.server_state.connections


async def test_where_all_connections_are_taken_the_one_that_waited_longest_makes_room():
    limits = Limits(header=60, body=60, answer=60, idle=60, connections=20)
    async with serving(limits) as (port, server):
        halves = [await half(port, LINES) for _ in range(MANY)]
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}") as http:
            answers = await asyncio.gather(*(http.get("/health/ready") for _ in range(10)))
        assert {answer.status_code for answer in answers} == {200}
        assert len(server.server_state.connections) <= limits.connections
        early = await asyncio.gather(*(rest(*one) for one in halves[: MANY - 2 * limits.connections]))
        assert set(early) == {b""}
        for _, writer in halves:
            writer.close()


async def test_whoever_does_not_read_the_answer_is_cut_off():
    async with serving() as (port, server):
        _, writer = await half(port, b"GET /v1/much HTTP/1.1\r\nHost: toy\r\n\r\n")
        writer.transport.pause_reading()
        await until(lambda: server.server_state.connections)
        await until(lambda: not server.server_state.connections)
        writer.transport.abort()


async def test_a_connection_that_is_kept_has_its_full_time_for_each_request():
    async with serving(Limits(header=0.6, body=0.6, answer=5, idle=5)) as (port, _):
        reader, writer = await asyncio.open_connection(HOST, port)
        begun = time.monotonic()
        while time.monotonic() - begun < 1.5:  # longer than any one request may take
            writer.write(LINES + b"Content-Length: 13\r\n\r\n")
            await asyncio.sleep(0.2)
            writer.write(b'{"text": "x"}')
            assert await reader.readuntil(b'"x"}')
        writer.close()


async def test_requests_in_a_row_without_waiting_are_all_answered():
    async with serving() as (port, _):
        one = LINES + b'Content-Length: 13\r\n\r\n{"text": "x"}'
        said = await rest(*await half(port, one * 5))
        assert said.count(b"HTTP/1.1 200 OK") == 5


@pytest.mark.parametrize(
    "text",
    [b"\x16\x03\x01\x02\x00\x01", b"GET / FTP/1.1\r\n\r\n", b"GET\r\n\r\n", b"\x00" * 100, b"GET / HTTP/1.1\r\n\r\n"],
    ids=repr,
)
async def test_what_is_no_http_is_a_problem_and_the_end(text):
    async with serving() as (port, _):
        said = await rest(*await half(port, text))
        assert b"HTTP/1.1 400 " in said
        assert b"application/problem+json" in said


async def test_more_headers_than_anybody_sends_are_refused():
    async with serving() as (port, _):
        said = await rest(*await half(port, LINES + b"X: " + b"x" * 2 * HEADER_BYTES))
        assert b" 400 " in said or not said


async def test_the_server_does_not_say_what_it_runs_on():
    async with serving() as (port, _), httpx.AsyncClient(base_url=f"http://{HOST}:{port}") as http:
        assert "server" not in (await http.get("/health/live")).headers


async def test_a_server_that_stops_does_not_wait_for_half_requests():
    async with serving(Limits(header=60, body=60)) as (port, server):
        one = await half(port, LINES)
        two = await half(port, LINES + b"Content-Length: 100\r\n\r\n{")
        await until(lambda: server.server_state.tasks)
    assert await rest(*one) == b""
    assert b"HTTP/1.1 503 " in await rest(*two)
