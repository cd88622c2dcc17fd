import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from fastapi import FastAPI

from chassis.runtime.http.server import Server, make_server
from chassis.runtime.http.serving import bind
from services.intake.adapters import submissions
from tests.component.intake.conftest import Unit
from tests.component.rating.conftest import Harness
from tests.component.sla.test_http import api_of, backlog

HOST = "127.0.0.1"


@contextmanager
def served(make: Callable[[], FastAPI]) -> Iterator[str]:
    """The API on the product's own server, in a thread; its address."""
    listening = bind(HOST, 0)
    server: list[Server] = []
    begun = threading.Event()

    async def serve() -> None:
        server.append(make_server(make(), HOST, 0))
        serving = asyncio.create_task(server[0].serve(sockets=[listening]))
        while not server[0].started:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
        begun.set()
        await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    begun.wait()
    try:
        yield f"http://{HOST}:{listening.getsockname()[1]}"
    finally:
        server[0].should_exit = True
        thread.join()


def sla() -> FastAPI:
    return api_of(backlog())


@pytest.fixture(scope="session")
def addresses() -> Iterator[dict[str, str]]:
    """Every service that has routes of its own, in one process, on stores in memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submissions, "OUTCOME_SECONDS", 0.05)  # what is not judged at once never will be, here
        with served(lambda: Unit().api) as one, served(lambda: Harness().api) as two, served(sla) as three:
            yield {"intake": one, "rating": two, "sla": three}
