"""Answers hold secrets of receipts, addresses and the state of somebody's dossier: nobody on the way may keep them."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_STORE = (b"cache-control", b"no-store")


class Uncached:
    """Says `Cache-Control: no-store` on every answer (RFC 9111, 5.2.2.5)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and mark the answer."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), NO_STORE]
            await send(message)

        await self._app(scope, receive, marked if scope["type"] == "http" else send)
