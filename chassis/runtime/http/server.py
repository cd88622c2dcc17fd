"""The HTTP server: uvicorn, with the deadlines and the limit on connections that it lacks.

Without a deadline whoever sends half a request holds a connection for good, and some hundred of them hold a service.
Each part of a request has one, which no trickle of bytes prolongs. Where all connections are taken, the one that has
kept the service waiting longest makes room, so that an honest request is always served.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import h11
import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from chassis.runtime.http.problem import MEDIA_TYPE, problem

DRAIN_SECONDS = 10
"""Seconds that requests under way have once the server is asked to stop. Shorter breaks off requests that would be
answered; longer delays the stop because of one slow client."""

HEADER_BYTES = 16 * 1024
"""Bytes of the request line and the headers together. Less would refuse long tokens; more would let strangers fill
memory."""

Phase = Literal["header", "body", "answer"]


@dataclass(frozen=True)
class Limits:
    """Deadlines of the parts of a request, and the number of connections.

    Attributes:
        header: seconds until line and headers are there, from the first moment of a connection or its last answer.
        body: seconds until the body is there. Shorter, and slow lines are cut off; longer, and idlers hold more.
        answer: seconds until the answer is there and taken. More than any route takes; it ends who does not read.
        idle: seconds that a connection is kept for another request.
        connections: at the same time; fewer than the files that a process may open, which are 1,024 by default.
    """

    header: float = 10.0
    body: float = 20.0
    answer: float = 60.0
    idle: int = 5
    connections: int = 500


class _Bounded(H11Protocol):
    """One connection."""

    def __init__(self, *args: Any, limits: Limits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._phase: Phase | None = None
        self._since = self.loop.time()
        self._timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._make_room()
        self._watch()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._enter(None)
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    @override
    def on_response_complete(self) -> None:
        self._enter(None)  # what comes next is another request, with a time of its own
        super().on_response_complete()
        self._watch()

    @override
    def timeout_keep_alive_handler(self) -> None:
        self._leave()

    @override
    def shutdown(self) -> None:
        if self._phase == "body":
            self._refuse(503, "the service is stopping; send the same request again, with the same key")
        else:
            super().shutdown()
            self._watch()

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "this is no HTTP request")

    def _make_room(self) -> None:
        """Close the connection that has waited longest for its own client, if there are too many."""
        if len(self.connections) <= self._limits.connections:
            return
        waiting = [one for one in self.connections if isinstance(one, _Bounded) and one._phase in ("header", "body")]  # noqa: SLF001 - its own kind
        oldest = min(waiting, key=lambda one: one._since, default=self)  # noqa: SLF001
        oldest._leave()  # noqa: SLF001

    def _watch(self) -> None:
        """Give the part of the request that is waited for its time."""
        state = None if self.transport.is_closing() else self.conn.their_state
        self._enter("header" if state is h11.IDLE else "body" if state is h11.SEND_BODY else "answer")

    def _enter(self, phase: Phase | None) -> None:
        if phase == self._phase:
            return
        self._phase, self._since = phase, self.loop.time()
        if self._timer is not None:
            self._timer.cancel()
        seconds = getattr(self._limits, phase) if phase else None
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        if self._phase == "answer":
            self.transport.abort()  # whoever does not read would not read this either
        elif self._phase == "header" and not self.conn.trailing_data[0]:
            self._leave()  # nothing was asked, so nothing is answered
        else:
            self._refuse(408, "the request was not there in time; send it again, whole")

    def _refuse(self, status: int, detail: str) -> None:
        """Answer, if that is still possible, and close."""
        body = bytes(problem(status, detail).body)
        kind = [("content-type", MEDIA_TYPE), ("content-length", str(len(body))), ("connection", "close")]
        events = (h11.Response(status_code=status, headers=kind), h11.Data(data=body), h11.EndOfMessage())
        try:
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        except h11.LocalProtocolError:
            pass  # an answer is under way: the end of the connection has to do
        self._leave()

    def _leave(self) -> None:
        """Close when all is sent, in the time of an answer; let the request, if there is one, know of it."""
        self._enter("answer")
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()


class Server(uvicorn.Server):
    """uvicorn, leaving signals to the process that also runs the loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def make_server(api: ASGIApp, host: str, port: int, limits: Limits | None = None) -> Server:
    """A server that is not running yet."""
    limits = limits or Limits()
    return Server(
        uvicorn.Config(
            api,
            host=host,
            port=port,
            http=partial(_Bounded, limits=limits),  # type: ignore[arg-type]
            ws="none",
            h11_max_incomplete_event_size=HEADER_BYTES,
            timeout_keep_alive=limits.idle,
            log_level="warning",
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )
