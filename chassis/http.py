"""The HTTP side every service has: health and metrics for the operator, bounds for every request, its own routes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
import uvicorn
from aiokafka.errors import KafkaError as BusError
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.metrics import CONTENT_TYPE
from chassis.store import StoreError
from contracts.topics import MAX_RECORD_BYTES

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 10
"""How long requests under way may take once the server is asked to stop."""

Check = Callable[[], Awaitable[dict[str, bool]]]
"""Says for each thing whether it is as it should be."""


@dataclass(frozen=True)
class Probes:
    """What an operator asks.

    Attributes:
        live: whether each part of the process moves; if not, only a new process helps.
        ready: whether each thing the service needs is there.
        metrics: Prometheus's text.
        reasons: why it is not ready, as far as that is known.
    """

    live: Check
    ready: Check
    metrics: Callable[[], Awaitable[bytes]]
    reasons: Callable[[], list[dict[str, str | int]]] = list


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


def make_api(name: str, router: APIRouter | None, probes: Probes) -> FastAPI:
    """The service's API: its own routes, `/health/live`, `/health/ready`, `/metrics`, and its OpenAPI document."""
    api = FastAPI(title=f"Liên Thông: {name}", version="1", docs_url="/docs", redoc_url=None)
    api.add_middleware(BodyLimit)

    @api.get("/health/live", include_in_schema=False)
    async def live(response: Response) -> dict[str, Any]:
        return _told(name, "live", await probes.live(), response)

    @api.get("/health/ready", include_in_schema=False)
    async def ready(response: Response) -> dict[str, Any]:
        answer = _told(name, "ready", await probes.ready(), response)
        reasons = probes.reasons()
        return {**answer, "reasons": reasons} if reasons else answer

    @api.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(await probes.metrics(), media_type=CONTENT_TYPE)

    for unavailable in (StoreError, BusError, TimeoutError):
        api.add_exception_handler(unavailable, _unavailable)
    api.add_exception_handler(Exception, _fault)
    if router is not None:
        api.include_router(router)
    return api


def _told(name: str, word: str, checks: dict[str, bool], response: Response) -> dict[str, Any]:
    good = all(checks.values())
    response.status_code = 200 if good else 503
    return {"service": name, "status": word if good else f"not {word}", **checks}


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("http.unavailable", **_asked(request), error=type(error).__name__)
    text = "the store or the bus does not answer; nothing was lost: send the same request again, with the same key"
    return JSONResponse({"detail": text}, status_code=503, headers={"Retry-After": "5"})


async def _fault(request: Request, error: Exception) -> Response:
    # Only the class: the text may quote the request.
    log.error("http.fault", **_asked(request), error=type(error).__name__)
    text = "a fault of ours; it is on record: send the same request again later, with the same key"
    return JSONResponse({"detail": text}, status_code=500)


def _asked(request: Request) -> dict[str, str]:
    """Which route was asked for; never the path itself, for a reference to a person may stand in it."""
    return {"method": request.method, "route": getattr(request.scope.get("route"), "path", "")}


class Server(uvicorn.Server):
    """uvicorn, leaving signals to the process that also runs the loop."""

    @contextmanager
    def capture_signals(self) -> Any:
        """Capture none."""
        yield


def make_server(api: FastAPI, host: str, port: int) -> Server:
    """A server that is not running yet."""
    return Server(
        uvicorn.Config(
            api,
            host=host,
            port=port,
            log_level="warning",
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )
