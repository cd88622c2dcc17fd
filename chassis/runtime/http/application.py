"""The HTTP side every service has: health and metrics for the operator, its own routes, and how they are described."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict

from chassis.runtime.http.bounds import Bounds
from chassis.runtime.http.docs import add_docs
from chassis.runtime.http.problem import Problem, add_problems, documented
from chassis.runtime.telemetry.metrics import CONTENT_TYPE

Check = Callable[[], Awaitable[dict[str, bool]]]
"""Says for each thing whether it is as it should be."""

REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": documented("The request can not be carried out; the answer says why and how to mend it"),
    "5XX": documented("The service can not answer now; the same request may be sent again, with the same key"),
}
"""Answers of any route: FastAPI, the server and the bounds refuse before a route is reached."""


@dataclass(frozen=True)
class Probes:
    """The questions of an operator.

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


class HealthTold(BaseModel):
    """How a service is; beside `service` and `status` stands each thing that was looked at.

    `reasons`: why it is not ready, as far as that is known: topic, partition, offset.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, bool]

    service: str
    status: str
    reasons: list[dict[str, str | int]] | None = None


def make_api(name: str, router: APIRouter | None, probes: Probes) -> FastAPI:
    """The service's API: its own routes, `/health/live`, `/health/ready`, `/metrics`, `/docs`, `/openapi.json`."""
    api = FastAPI(
        title=f"Liên Thông: {name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=REFUSALS,
        generate_unique_id_function=_operation_id,
    )
    api.add_middleware(Bounds)
    add_problems(api)
    add_docs(api)
    api.include_router(_operator(name, probes))
    if router is not None:
        api.include_router(router)
    setattr(api, "openapi", lambda: _document(api))  # noqa: B010 - FastAPI's own way to change its document
    return api


def _operator(name: str, probes: Probes) -> APIRouter:
    """Add the routes for the operator. They are not part of the published interface."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/health/live", response_model_exclude_none=True)
    async def live(response: Response) -> HealthTold:
        return _told(name, "live", await probes.live(), response)

    @routes.get("/health/ready", response_model_exclude_none=True)
    async def ready(response: Response) -> HealthTold:
        told = _told(name, "ready", await probes.ready(), response)
        return told.model_copy(update={"reasons": probes.reasons() or None})

    @routes.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        return Response(await probes.metrics(), media_type=CONTENT_TYPE)

    return routes


def _told(name: str, word: str, checks: dict[str, bool], response: Response) -> HealthTold:
    good = all(checks.values())
    response.status_code = 200 if good else 503
    return HealthTold.model_validate({"service": name, "status": word if good else f"not {word}", **checks})


def _operation_id(route: APIRoute) -> str:
    """The name of the function: generated clients name their calls after it, so it stays."""
    return route.name


def _document(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the form of every refusal; made once."""
    if api.openapi_schema is None:
        made = get_openapi(title=api.title, version=api.version, routes=api.routes)
        template = "#/components/schemas/{model}"
        schema = Problem.model_json_schema(ref_template=template)
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas |= schema.pop("$defs") | {"Problem": schema}
        api.openapi_schema = made
    return api.openapi_schema
