"""Every actor on every route of every service: who is let in stands here in words, and the real apps are asked."""

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import iter_route_contexts

from chassis.runtime.http.access import rule_of
from chassis.runtime.http.application import make_api, make_operator_api
from tests.component.access.province import ACTORS, PROBES, Province, well

EVERYBODY = frozenset(ACTORS)

LET_IN: dict[tuple[str, str], frozenset[str] | set[str]] = {
    ("intake", "POST /v1/submissions at the counter"): {"counter"},
    ("intake", "POST /v1/submissions online"): {"citizen", "portal"},
    ("intake", "GET /v1/submissions/{submission}"): {"receipt", "counter", "auditor"},
    ("intake", "GET /v1/dossiers/{code}"): {"receipt", "counter", "auditor"},
    ("intake", "POST /v1/submissions/{submission}/supplements"): {"receipt", "counter"},
    ("intake", "POST /v1/submissions/{submission}/withdrawal"): {"receipt"},
    ("intake", "POST /v1/submissions/{submission}/payments"): {"payment"},
    ("intake", "POST /v1/submissions/{submission}/collection"): {"counter"},
    ("intake", "GET /v1/dossiers/{code}/contact"): {"agency"},
    ("intake", "GET /v1/contact-looks"): {"auditor"},
    ("intake", "GET /v1/procedures"): EVERYBODY,
    ("intake", "GET /v1/procedures/{code}"): EVERYBODY,
    ("intake", "GET /internal/contacts/{reference}"): {"service"},
    ("routing", "GET /internal/dossiers/{code}/holders"): {"service"},
    ("sla", "GET /v1/dossiers/{code}/deadlines"): {"receipt", "counter", "agency", "leader", "operator", "auditor"},
    ("sla", "GET /v1/register"): {"leader", "operator", "auditor"},
    ("rating", "POST /v1/ratings"): {"receipt"},
    ("rating", "GET /v1/ratings/{dossier}/{rating_id}"): {"receipt", "auditor"},
    ("rating", "GET /v1/figures"): EVERYBODY,
    ("rating", "GET /v1/figures/feedback"): EVERYBODY,
    ("rating", "GET /v1/feedback/categories"): EVERYBODY,
    ("rating", "POST /v1/feedback"): EVERYBODY,
    ("rating", "POST /v1/feedback about a dossier"): {"receipt"},
    ("rating", "GET /v1/feedback/{feedback_id}"): {"receipt", "agency", "auditor"},
    ("rating", "GET /v1/feedback/{feedback_id}/words"): {"agency"},
    ("rating", "POST /v1/feedback/{feedback_id}/answer"): {"agency"},
    ("rating", "GET /internal/feedback/{feedback_id}"): {"service"},
}
"""Who may do what. Everybody else is refused."""


@pytest.mark.parametrize(("service", "route"), LET_IN, ids=lambda text: text)
async def test_who_is_let_in_and_nobody_else(province: Province, service: str, route: str) -> None:
    let_in = set()
    for actor in sorted(ACTORS, key=lambda name: name in LET_IN[service, route]):  # who is refused changes nothing
        answer = await province.ask(service, route, actor)
        assert answer.status_code in (200, 201, 202, 401, 403, 404), (actor, answer.text)
        assert answer.headers.get_list("cache-control") == ["no-store"] or "/internal/" in route
        if answer.status_code < 300:
            let_in.add(actor)
        else:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.status_code not in (401, 403) or answer.headers["www-authenticate"].startswith("Bearer ")
    assert let_in == LET_IN[service, route]


def test_every_route_of_every_service_stands_in_the_table(province: Province) -> None:
    routes = {
        (service, f"{method} {route.path}")
        for service, apis in province.apis.items()
        for api in apis
        for route in iter_route_contexts(api.routes)
        for method in (route.methods or ())
        if rule_of(route) is not None
    }
    assert routes == {(service, " ".join(route.split(" ")[:2])) for service, route in LET_IN}


def test_a_route_that_does_not_say_who_may_call_it_can_not_be_served() -> None:
    routes = APIRouter()
    inner = APIRouter(prefix="/v1")
    inner.get("/secrets")(well)
    routes.include_router(inner)
    with pytest.raises(TypeError, match="/v1/secrets does not say who may call it"):
        make_api("toy", routes, PROBES)
    with pytest.raises(TypeError, match="/v1/secrets does not say who may call it"):
        make_operator_api(make_api("toy", None, PROBES), "toy", routes, PROBES)


OPERATORS_ALONE = ("/metrics", "/docs", "/docs/start.js", "/internal/contacts/x", "/internal/feedback/12345678")


@pytest.mark.parametrize("path", OPERATORS_ALONE)
async def test_what_is_for_operators_and_services_is_not_on_the_published_port(province: Province, path: str) -> None:
    for published, _ in province.apis.values():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(published), base_url="http://here") as http:
            assert (await http.get(path)).status_code == 404


async def test_the_published_port_says_whether_it_is_well_and_nothing_else(province: Province) -> None:
    province.intake.checks["store"] = False
    answer = await province.intake.http.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"service": "intake", "status": "not ready"})
    assert (await province.intake.operator.get("/health/ready")).json()["store"] is False


def test_the_document_says_what_opens_each_operation(province: Province) -> None:
    document = province.intake.api.openapi()
    assert set(document["components"]["securitySchemes"]) == {"bearer", "receipt"}
    opened = {
        f"{method.upper()} {path}": [next(iter(way), "") for way in operation["security"]]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert opened["POST /v1/submissions/{submission}/withdrawal"] == ["receipt"]
    assert opened["POST /v1/submissions/{submission}/supplements"] == ["bearer", "receipt"]
    assert opened["POST /v1/submissions/{submission}/payments"] == ["bearer"]
    assert opened["GET /v1/procedures"] == [""]
    plain = make_api("toy", None, PROBES).openapi()
    assert "securitySchemes" not in plain["components"]
