#!/usr/bin/env bash
# FastAPI 0.165.0: `app.routes` holds no route of an included router any more.
#
# Programs that walk `app.routes` find their `APIRoute` objects there, as in every version for years: to check that each
# route asks who calls, to list what an application offers, to rename operations. In 0.165.0 `include_router` leaves one
# `_IncludedRouter` in the list, which is none, and puts the routes together when a request comes. Such a walk finds nothing
# and says nothing: a check over all routes passes because it looked at none. The OpenAPI document has them all.
#
# Needs Python 3.11. Seen on 2026-11-28 with CPython 3.11:
#
#     fastapi 0.121.3: 1 APIRoute in app.routes, 1 path in its OpenAPI document
#     fastapi 0.165.0: 0 APIRoute in app.routes, 1 path in its OpenAPI document
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/walk.py" <<'PY'
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

part = APIRouter(prefix="/v1")


@part.get("/dossiers")
def dossiers() -> list[str]:
    return []


app = FastAPI()
app.include_router(part)
walked = sum(isinstance(route, APIRoute) for route in app.routes)
print(f"{walked} APIRoute in app.routes, {len(app.openapi()['paths'])} path in its OpenAPI document")
PY
walk() {
    python3 -m venv "$folder/$1"
    "$folder/$1/bin/pip" install --quiet --disable-pip-version-check "fastapi==$1"
    "$folder/$1/bin/python" "$folder/walk.py"
}
old=$(walk 0.121.3)
new=$(walk 0.165.0)
echo "fastapi 0.121.3: $old"
echo "fastapi 0.165.0: $new"
if [[ "$old" != "1 APIRoute"* || "$new" != "0 APIRoute in app.routes, 1 path"* ]]; then
    echo "this has changed: see the versions above" >&2
    exit 1
fi
