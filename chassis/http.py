"""The HTTP side every service has: health for the operator, bounds for every request, and its own routes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from aiokafka.errors import KafkaError as BusError
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.store import StoreError
from contracts.topics import MAX_RECORD_BYTES

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[dict[str, bool]]]
"""Says for each thing a service needs whether it is there."""


class BodyLimit:
    """Refuses bodies larger than an event may be, with 413, however they are sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes on the way in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if len(body) > MAX_RECORD_BYTES:
                text = f"the body is larger than {MAX_RECORD_BYTES} bytes; send documents by reference"
                await Response(text, status_code=413)(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        else:
            return  # the caller is gone before its request was whole
        replayed: AsyncIterator[Message] = _replay(bytes(body), receive)
        await self._app(scope, lambda: anext(replayed), send)


async def _replay(body: bytes, receive: Receive) -> AsyncIterator[Message]:
    yield {"type": "http.request", "body": body, "more_body": False}
    while True:
        yield await receive()


def make_api(name: str, router: APIRouter | None, check: Check) -> FastAPI:
    """The service's API: its own routes, `/health/live` and `/health/ready`, and its OpenAPI document."""
    api = FastAPI(title=f"Liên Thông: {name}", version="1", docs_url="/docs", redoc_url=None)
    api.add_middleware(BodyLimit)

    @api.get("/health/live", include_in_schema=False)
    async def live() -> dict[str, str]:
        return {"service": name, "status": "live"}

    @api.get("/health/ready", include_in_schema=False)
    async def ready(response: Response) -> dict[str, Any]:
        checks = await check()
        response.status_code = 200 if all(checks.values()) else 503
        return {"service": name, "status": "ready" if all(checks.values()) else "not ready", **checks}

    for unavailable in (StoreError, BusError, TimeoutError):
        api.add_exception_handler(unavailable, _unavailable)
    if router is not None:
        api.include_router(router)
    return api


async def _unavailable(_request: Request, error: Exception) -> Response:
    log.warning("http.unavailable", error=type(error).__name__)
    text = "the store or the bus does not answer; nothing was lost: send the same request again, with the same key"
    return JSONResponse({"detail": text}, status_code=503, headers={"Retry-After": "5"})


class Server(uvicorn.Server):
    """uvicorn, leaving signals to the process that also runs the loop."""

    @contextmanager
    def capture_signals(self) -> Any:
        """Capture none."""
        yield


def make_server(api: FastAPI, host: str, port: int) -> Server:
    """A server that is not running yet."""
    return Server(uvicorn.Config(api, host=host, port=port, log_level="warning", access_log=False, lifespan="off"))
