"""A token endpoint (RFC 6749) of a test's own, which answers what it is told to."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CLIENT, SECRET = "sla", "only for this test: ä"
"""The client that the endpoint knows."""


def unsigned(subject: str, seconds: float = 3600) -> str:
    """A token without a signature (RFC 7519, 6.1), which a broker believes that is set up for tests."""
    now = time.time()  # noqa: TID251 - the broker compares with its own clock
    parts = ({"alg": "none"}, {"sub": subject, "iat": now - 10, "exp": now + seconds})
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts) + "."


class Endpoint:
    """What it answers, and what it was asked.

    Attributes:
        url: where it is.
        status: of its answers.
        answer: their JSON.
        asked: the Authorization header and body of each request.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 200
        self.answer: Any = {}
        self.asked: list[tuple[str, bytes]] = []


@contextmanager
def token_endpoint() -> Iterator[Endpoint]:
    """An endpoint that answers until the end of the context."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.asked.append((self.headers.get("Authorization", ""), body))
            answer = json.dumps(found.answer).encode()
            self.send_response(found.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Endpoint(f"http://127.0.0.1:{server.server_port}/token")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
