"""The one form in which HTTP says no: problem details (RFC 9457), which never quote what was sent."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from aiokafka.errors import KafkaError as BusError
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as RoutingException

from chassis.runtime.store.mongo import StoreError
from contracts.complaints import UNNAMED, complaints

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_FLAWS = 20
"""Flaws that one answer lists: more help nobody, and a request may have very many."""

UNAVAILABLE = "the store or the bus does not answer; nothing was lost: send the same request again, with the same key"
FAULT = "a fault of ours; it is on record: send the same request again later, with the same key"


class Flaw(BaseModel):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(frozen=True)

    loc: tuple[str | int, ...] = Field(
        description=f"Where: body, path, query or header, then the fields; `{UNNAMED}`: what looks like no field's name"
    )
    msg: str = Field(description="What is wrong there, without the value")


class Problem(BaseModel):
    """Why a request was not carried out, and what to do (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    title: str = Field(description="The status in words")
    status: int
    detail: str = Field(description="Why, and how to mend it")
    errors: tuple[Flaw, ...] = Field(default=(), description="Of a request that does not fit: each flaw, the first 20")


def problem(
    status: int, detail: str, errors: Sequence[Flaw] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer."""
    told = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=tuple(errors))
    return Response(told.model_dump_json(), status, dict(headers or {}), MEDIA_TYPE)


def documented(detail: str) -> dict[str, Any]:
    """The description of an answer of this form in OpenAPI."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": detail, "content": {MEDIA_TYPE: {"schema": schema}}}


def add_problems(api: FastAPI) -> None:
    """Let every refusal and every fault of an API have this form."""
    api.add_exception_handler(RoutingException, _refused)
    api.add_exception_handler(RequestValidationError, _unfit)
    for unavailable in (StoreError, BusError, TimeoutError):
        api.add_exception_handler(unavailable, _unavailable)
    api.add_exception_handler(Exception, _fault)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RoutingException | HTTPException)  # noqa: S101 - it is registered for these
    return problem(error.status_code, error.detail, headers=error.headers)


async def _unfit(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for these
    flaws = [Flaw(loc=one.loc, msg=one.msg) for one in complaints(error.errors()[:MOST_FLAWS])]
    return problem(422, "the request does not fit: mend what `errors` names", flaws)


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("http.unavailable", **_asked(request), error=type(error).__name__)
    return problem(503, UNAVAILABLE, headers={"Retry-After": "5"})


async def _fault(request: Request, error: Exception) -> Response:
    # Only the class: the text may quote the request.
    log.error("http.fault", **_asked(request), error=type(error).__name__)
    return problem(500, FAULT)


def _asked(request: Request) -> dict[str, str]:
    """Method and route of a request; never its path, because a reference to a person may stand in it."""
    return {"method": request.method, "route": getattr(request.scope.get("route"), "path", "")}
