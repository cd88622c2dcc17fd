"""`/docs`: the page that shows an API, with all it needs shipped: an agency's network may be closed.

Swagger UI comes with the package fastapi-offline; the page is ours, so that no script stands in it and a strict
Content-Security-Policy holds.
"""

from collections.abc import Awaitable, Callable
from html import escape
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response

SHIPPED = Path(str(files("fastapi_offline"))) / "static"
ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
"""The files of the package that the page uses."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing is loaded from elsewhere, and nothing is sent there. Swagger UI sets styles of its own in the page."""

HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

START = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset]
});
"""


def add_docs(api: FastAPI) -> None:
    """Serve the page and what it needs."""

    @api.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(PAGE.format(title=escape(api.title)), headers=HEADERS)

    @api.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(START, media_type="text/javascript", headers=HEADERS)

    for name, kind in ASSETS.items():
        api.get(f"/docs/{name}", include_in_schema=False, name=name)(_asset(name, kind))


def _asset(name: str, kind: str) -> Callable[[], Awaitable[Response]]:
    async def asset() -> Response:
        return FileResponse(SHIPPED / name, media_type=kind, headers=HEADERS)

    return asset
