"""The HTTP side every service has: its own routes, how they are described, and what the operator asks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, ConfigDict

from chassis.runtime.http.access import OPEN, Access, rule_of
from chassis.runtime.http.bounds import Bounds
from chassis.runtime.http.docs import add_docs
from chassis.runtime.http.problem import Problem, add_problems, documented
from chassis.runtime.http.rates import Bounded
from chassis.runtime.http.receipt import HEADER
from chassis.runtime.http.uncached import Uncached
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


SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "receipt": {"type": "apiKey", "in": "header", "name": HEADER},
}
"""What opens routes: a token of the issuer, or the secret on a receipt."""


class ShortHealth(BaseModel):
    """Whether a service is well."""

    service: str
    status: str


class HealthTold(BaseModel):
    """How a service is; beside `service` and `status` stands each thing that was looked at.

    `reasons`: why it is not ready, as far as that is known: topic, partition, offset.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, bool]

    service: str
    status: str
    reasons: list[dict[str, str | int]] | None = None


def make_api(name: str, router: APIRouter | None, probes: Probes, access: Access = OPEN) -> FastAPI:
    """The service's published API: its own routes, `/openapi.json`, and whether it is well, for a balancer.

    Raises:
        TypeError: a route does not say who may call it.
    """
    api = _api(name, access)
    if access.rates is not None:
        api.add_middleware(Bounded, rates=access.rates)
    api.add_middleware(Uncached)
    api.include_router(_short(name, probes))
    if router is not None:
        _require_rules(router)
        api.include_router(router)
    setattr(api, "openapi", lambda: _document(api, access))  # noqa: B010 - FastAPI's own way to change its document
    return api


def make_operator_api(published: FastAPI, name: str, internal: APIRouter | None, probes: Probes) -> FastAPI:
    """What the operator and the other services ask, on a port of its own, which no network outside may reach.

    These are `/health/live`, `/health/ready` with reasons, `/metrics`, `/docs` and the routes of `internal`.

    Raises:
        TypeError: a route does not say who may call it.
    """
    api = _api(name, published.state.access, openapi_url=None)
    api.include_router(_operator(name, probes))
    add_docs(api)
    if internal is not None:
        _require_rules(internal)
        api.include_router(internal)

    @api.get("/openapi.json", include_in_schema=False)
    async def document() -> JSONResponse:
        return JSONResponse(published.openapi())

    return api


def _api(name: str, access: Access, **options: Any) -> FastAPI:
    api = FastAPI(
        title=f"Liên Thông: {name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=REFUSALS,
        generate_unique_id_function=_operation_id,
        **options,
    )
    api.state.access = access
    api.add_middleware(Bounds)
    add_problems(api)
    return api


def _require_rules(router: APIRouter) -> None:
    for route in iter_route_contexts(router.routes):
        if rule_of(route) is None:
            raise TypeError(f"{route.path} does not say who may call it: give it `allowed(…)`")


def _short(name: str, probes: Probes) -> APIRouter:
    """Whether the service is well, and nothing else: strangers reach this port."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/health/live")
    async def live(response: Response) -> ShortHealth:
        return _briefly(_told(name, "live", await probes.live(), response))

    @routes.get("/health/ready")
    async def ready(response: Response) -> ShortHealth:
        return _briefly(_told(name, "ready", await probes.ready(), response))

    return routes


def _briefly(told: HealthTold) -> ShortHealth:
    return ShortHealth(service=told.service, status=told.status)


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


def _document(api: FastAPI, access: Access) -> dict[str, Any]:
    """The OpenAPI document, with the form of every refusal and, with an issuer, what opens each route; made once."""
    if api.openapi_schema is None:
        made = get_openapi(title=api.title, version=api.version, routes=api.routes)
        template = "#/components/schemas/{model}"
        schema = Problem.model_json_schema(ref_template=template)
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas |= schema.pop("$defs") | {"Problem": schema}
        if access.issuer is not None:
            _secure(made, api)
        api.openapi_schema = made
    return api.openapi_schema


def _secure(document: dict[str, Any], api: FastAPI) -> None:
    """Say for each operation what opens it."""
    document["components"]["securitySchemes"] = SCHEMES
    for route in iter_route_contexts(api.routes):
        if route.path in document["paths"] and (rule := rule_of(route)) is not None:
            opened = {"bearer": bool(rule.roles), "receipt": rule.receipt}
            ways: list[dict[str, list[str]]] = [{scheme: []} for scheme, opens in opened.items() if opens]
            for method in route.methods or ():
                operation = document["paths"][route.path][method.lower()]
                operation["security"] = [*ways, {}] if rule.public else ways
                operation["x-roles"] = list(rule.roles)
