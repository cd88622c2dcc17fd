"""Every service of the province on stores in memory, with a dossier, a feedback and a rating to ask for."""

from typing import Any

import httpx
from fastapi import APIRouter, FastAPI

from chassis.core.document import Document
from chassis.core.refold import fold_anew
from chassis.runtime.http.access import Access
from chassis.runtime.http.application import Probes, make_api, make_operator_api
from chassis.runtime.http.receipt import Receipts
from chassis.runtime.states import States
from services.intake.adapters.contacts import HoldersUnknownError
from services.routing.adapters import holders_router
from services.routing.rules import Rules as RoutingRules
from services.routing.service import service as routing_service
from services.sla.adapters import router as sla_router
from tests.component.access.world import KEY, World
from tests.component.intake.conftest import Unit
from tests.component.intake.requests import BIRTH, PERSON
from tests.component.rating.conftest import CODE as RATED
from tests.component.rating.conftest import Harness
from tests.component.sla.test_http import LATE, RULES, SLA, Stored, dossier
from tests.given import CODE as WATCHED
from tests.given import OFFICE, SUBMISSION, at, given, received, step
from tests.stored import ReadableStore

RECEIPTS = Receipts([KEY])
UNIT, OTHER_UNIT = "H29.16.01", "H29.16.02"
HOLDER, BYSTANDER = "H29.02", "H29.07"

ACTORS: dict[str, tuple[str, str]] = {
    "nobody": ("", ""),
    "receipt": ("", "right"),
    "receipt of another": ("", "wrong"),
    "citizen": ("citizen-1", ""),
    "counter": ("counter-THEIRS", ""),
    "counter elsewhere": (f"counter-{OTHER_UNIT}", ""),
    "portal": ("portal", ""),
    "payment": ("payment", ""),
    "agency": ("agency-THEIRS", ""),
    "agency elsewhere": (f"agency-{BYSTANDER}", ""),
    "leader": ("leader", ""),
    "operator": ("operator", ""),
    "auditor": ("auditor", ""),
    "service": ("notify", ""),
}
"""Who asks: the client whose token is shown, and whose receipt. THEIRS is whose business the dossier or feedback is."""

THEIRS = {
    "intake": {"counter": UNIT, "agency": HOLDER},
    "routing": {"counter": "H29.16", "agency": HOLDER},
    "sla": {"counter": "H29.16", "agency": "H29.05"},
    "rating": {"counter": "H29.16", "agency": HOLDER},
}


async def well() -> dict[str, Any]:
    return {}


PROBES = Probes(well, well, well)


HOLDING = frozenset({HOLDER})


class Holders:
    """Routing, as intake asks it."""

    agencies, answers = HOLDING, True

    async def of(self, _code: str) -> frozenset[str]:
        if not self.answers:
            raise HoldersUnknownError("routing is down")
        return self.agencies


class Province:
    """Every service, each with a dossier or a feedback of its own to ask for."""

    def __init__(self, world: World, unit: Unit, rating: Harness, holders: Holders) -> None:
        self.world, self.intake, self.rating, self.holders = world, unit, rating, holders
        self.sla = Stored(**{WATCHED: dossier().when(now=LATE)})
        self.routing = ReadableStore()
        doc = self.routing.documents[WATCHED] = Document(WATCHED, version=1)
        for event in given(ROUTING, received(at(2), step("check", HOLDER))).record:
            doc.add(event, event.to_json(), own=ROUTING.owns(event))
        fold_anew(doc, ROUTING)
        routes = sla_router(SLA, RULES, States(SLA, self.sla))
        told = holders_router(States(ROUTING, self.routing))
        self.apis = {
            "intake": (unit.api, unit.operator_api),
            "rating": (rating.api, rating.operator_api),
            "sla": both("sla", routes, None, world.access()),
            "routing": both("routing", None, told, world.access()),
        }

    async def begin(self) -> None:
        """A dossier is lodged, a feedback submitted, a rating given."""
        headers = self.world.bearer(f"counter-{UNIT}")
        body = {**BIRTH, "receiving_unit": UNIT, "applicant": PERSON}
        self.lodged = (await self.intake.http.post("/v1/submissions", json=body, headers=headers)).json()
        self.reference = self.intake.store.database.applicants.kept[-1]["_id"]
        told = {"category": "delay", "agency": HOLDER, "text": "chậm"}
        self.feedback = (await self.rating.client.post("/v1/feedback", json=told)).json()
        slip = {"Lienthong-Receipt": RECEIPTS.secret("submission-1")}
        answer = await self.rating.client.post("/v1/ratings", json=self.slip(), headers=slip)
        self.rated = answer.json()["rating_id"]

    def slip(self) -> dict[str, Any]:
        return {"dossier": RATED, "channel": "web", "agency": HOLDER, "answers": {"7": 2}}

    def request(self, service: str, route: str) -> tuple[str, str, dict[str, Any]]:
        """What is asked: whose receipt opens it, the path, and the body or query."""
        code, submission = self.lodged["dossier_code"], self.lodged["submission_id"]
        match service, route.split(" ")[1]:
            case "intake", "/v1/submissions":
                channel = "online" if route.endswith("online") else "counter"
                return "", "/v1/submissions", {"json": {**BIRTH, "receiving_unit": UNIT, "channel": channel}}
            case "intake", path:
                path = path.format(submission=submission, code=code, reference=self.reference)
                path = "/v1/procedures/1.001193" if route.endswith("procedures/{code}") else path
                return submission, path, {**BODIES.get(route, {})}
            case "sla" | "routing", path:
                return SUBMISSION, path.format(code=WATCHED), {}
            case _, path:
                feedback = self.feedback["feedback_id"]
                dossiers = "{dossier}" in route or route.endswith(("ratings", "about a dossier"))
                body = {"json": self.slip()} if route.endswith("/ratings") else {**BODIES.get(route, {})}
                path = path.format(feedback_id=feedback, dossier=RATED, rating_id=self.rated)
                return "submission-1" if dossiers else feedback, path, body
        raise AssertionError(route)

    async def ask(self, service: str, route: str, actor: str) -> httpx.Response:
        subject, path, sent = self.request(service, route)
        client, receipt = ACTORS[actor]
        theirs = THEIRS[service]["agency" if "agency" in client else "counter"]
        headers = self.world.bearer(client.replace("THEIRS", theirs)) if client else {}
        if receipt:
            headers |= {"Lienthong-Receipt": RECEIPTS.secret(subject if receipt == "right" else "something else")}
        published, operators = self.apis[service]
        api = operators if path.startswith("/internal") else published
        async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://here") as http:
            return await http.request(route.partition(" ")[0], path, headers=headers, **sent)


BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/submissions/{submission}/supplements": {"json": {"components": ["form"]}},
    "POST /v1/submissions/{submission}/payments": {"json": {"amount": 8000}},
    "POST /v1/submissions/{submission}/collection": {"json": {"channel": "counter"}},
    "GET /v1/contact-looks": {"params": {"since": "2026-01-01T00:00:00Z"}},
    "GET /v1/figures": {"params": {"by": "agency"}},
    "GET /v1/figures/feedback": {"params": {"by": "agency"}},
    "POST /v1/feedback": {"json": {"category": "delay", "agency": HOLDER, "text": "chậm"}},
    "POST /v1/feedback about a dossier": {
        "json": {"category": "delay", "agency": HOLDER, "text": "chậm", "dossier": RATED}
    },
    "POST /v1/feedback/{feedback_id}/answer": {"json": {"text": "xong"}},
}

ROUTING = routing_service(RoutingRules(OFFICE))


def both(name: str, routes: APIRouter | None, internal: APIRouter | None, access: Access) -> tuple[FastAPI, FastAPI]:
    published = make_api(name, routes, PROBES, access)
    return published, make_operator_api(published, name, internal, PROBES)
