"""Bounds of a request body: not too large, and JSON that every part of the product can keep and tell again."""

import json
import math
from collections.abc import AsyncIterator, Iterator
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.runtime.http.problem import problem
from contracts.topics import MAX_RECORD_BYTES

DEEPEST = 16
"""Levels of a body; what is asked for has four."""

GREATEST = 2**63 - 1
"""Greatest integer: what a store keeps and most languages read."""


class UnfitJsonError(ValueError):
    """A body that is no JSON, or none that can be kept; says why, never quoting it."""


class Bounds:
    """Refuses a body that is larger than an event may be (413), is not JSON by its type (415) or by its text (422)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body whole, look at it, and pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if len(body) > MAX_RECORD_BYTES:
                text = f"the body is larger than {MAX_RECORD_BYTES} bytes; send documents by reference"
                # The rest of it is not waited for.
                await problem(413, text, headers={"Connection": "close"})(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        else:
            return  # the caller is gone before its request was whole
        if body and not _is_json(scope):
            await problem(415, "send the body as application/json, in UTF-8")(scope, receive, send)
            return
        try:
            read_json(bytes(body)) if body else None
        except UnfitJsonError as error:
            await problem(422, f"the body {error}")(scope, receive, send)
            return
        replayed: AsyncIterator[Message] = _replay(bytes(body), receive)
        await self._app(scope, lambda: anext(replayed), send)


async def _replay(body: bytes, receive: Receive) -> AsyncIterator[Message]:
    yield {"type": "http.request", "body": body, "more_body": False}
    while True:
        yield await receive()


def _is_json(scope: Scope) -> bool:
    kind = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower()
    return bool(kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json")))


def read_json(body: bytes) -> Any:
    """The value of a JSON text, if it is one that can be kept (I-JSON, RFC 7493) and is not too deep.

    Raises:
        UnfitJsonError: it is not.
    """
    try:
        value = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_not_a_number)
    except UnfitJsonError:
        raise
    except UnicodeDecodeError:
        raise UnfitJsonError("is not UTF-8 text") from None
    except RecursionError:
        raise UnfitJsonError(f"is deeper than {DEEPEST} levels") from None
    except ValueError:  # also an integer of thousands of digits, which Python does not read
        raise UnfitJsonError("is no JSON") from None
    for one, depth in _parts(value):
        _check(one, depth)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnfitJsonError("names a field twice")
    return found


def _not_a_number(_: str) -> None:
    raise UnfitJsonError("holds NaN or Infinity, which are no JSON")


def _parts(value: Any) -> Iterator[tuple[Any, int]]:
    """Every value and every name, with its level."""
    left = [(value, 1)]
    while left:
        one, depth = left.pop()
        yield one, depth
        if isinstance(one, dict):
            left += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            left += [(part, depth + 1) for part in one]


def _check(one: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise UnfitJsonError(f"is deeper than {DEEPEST} levels")
    if isinstance(one, str) and not _is_text(one):
        raise UnfitJsonError("holds half of a character (a lone surrogate)")
    if isinstance(one, int) and abs(one) > GREATEST:
        raise UnfitJsonError(f"holds an integer beyond {GREATEST}")
    if isinstance(one, float) and not math.isfinite(one):
        raise UnfitJsonError("holds a number that is too large")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
