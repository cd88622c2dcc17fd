"""One dossier from submission to letter through five real services is one connected trace."""

import asyncio
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from chassis.runtime import clock
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.bus.streams import records
from chassis.runtime.telemetry.tracing import trace_id
from contracts import claims
from contracts.envelope import following
from contracts.topics import SERVICES, read_event
from tools.operations.processes import stop_all

pytestmark = [pytest.mark.stack, pytest.mark.slow]

PERSON = {"name": "Nguyễn Thị Hoa", "email": "hoa@example.vn", "phone": "0901 234 567"}
BIRTH = {
    "procedure": "1.001193",
    "channel": "counter",
    "receiving_unit": "H29.16.01",
    "components": ["form", "birth-proof", "identity"],
    "applicant": PERSON,
}


class Collector:
    """Takes OTLP over HTTP on loopback and keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        keep = self.bodies.append

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                keep(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def spans(self):
        """Service and span, of every span that came."""
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                [service] = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"]
                for scope in resource.scope_spans:
                    yield from ((service, span) for span in scope.spans)


@pytest.fixture(scope="module")
def collector():
    running = Collector()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture(scope="module")
def more_environment(collector):
    return {"LIENTHONG_OTLP": collector.url}


async def recorded(shop, topic, dossier):
    return [one async for one in records(shop.settings.bus, [topic]) if one.key == dossier.encode()]


async def found(shop, topic, dossier):
    """Events of this dossier on a topic, once there are any."""
    while not (mine := await recorded(shop, topic, dossier)):  # noqa: ASYNC110 - other processes work
        await asyncio.sleep(0.1)
    return [read_event(topic, record.value) for record in mine]


async def worked_off(shop, dossier):
    """Agencies take and finish every step until the dossier is completed."""
    publisher, answered = Publisher(shop.settings.bus), set()
    try:
        while not await recorded(shop, "dossier.completed", dossier):
            for event in await found(shop, "dossier.transferred", dossier):
                if event.id not in answered:
                    answered.add(event.id)
                    step, agency = event.data.step, event.data.to_agency
                    for claim in (claims.TookCustody(step=step), claims.FinishedStep(step=step)):
                        data = claims.AgencyReported(agency=agency, claim=claim)
                        said = following(event, data, step, claim.kind, source=f"/agency/{agency}", time=clock.now())
                        await publisher([message_of(said)])
    finally:
        await publisher.stop()


@pytest.fixture(scope="module")
async def dossier(shop):
    """A dossier that went all the way, was rated, and its submission; the services have left."""
    async with httpx.AsyncClient(timeout=30) as http:
        answer = (await http.post(shop.url("intake", "/v1/submissions"), json=BIRTH)).json()
        code = answer["dossier_code"]
        await worked_off(shop, code)
        rating = {"dossier": code, "channel": "web", "holder": "token-1", "agency": "H29.16.01", "answers": {"7": 2}}
        assert (await http.post(shop.url("rating", "/v1/ratings"), json=rating)).status_code == 201
    await found(shop, "rating.counted", code)
    told = {"receipt", "completion"}
    while not told <= {e.data.template for e in await found(shop, "notification.sent", code)}:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await shop.settled()
    await asyncio.to_thread(stop_all, shop.processes.values())
    return answer


async def test_a_dossier_is_one_trace_in_which_every_parent_is_there(collector, dossier):
    trace = trace_id(dossier["submission_id"]).to_bytes(16)
    mine = [span for _, span in collector.spans() if span.trace_id == trace]
    ids = {span.span_id for span in mine}
    roots = {span.name for span in mine if not span.parent_span_id}
    assert roots == {"submission"}
    assert [span.name for span in mine if span.parent_span_id and span.parent_span_id not in ids] == []


async def test_all_five_services_are_in_it_from_submission_to_the_message(collector, dossier):
    trace = trace_id(dossier["submission_id"]).to_bytes(16)
    mine = [(service, span) for service, span in collector.spans() if span.trace_id == trace]
    assert {service for service, _ in mine} == {f"lienthong-{name}" for name in SERVICES}
    names = {span.name for _, span in mine}
    assert names >= {
        "intake took intake.submitted",
        "intake said dossier.received",
        "routing took dossier.received",
        "routing said dossier.transferred",
        "routing took agency.reported",
        "routing said dossier.completed",
        "sla took dossier.completed",
        "rating said rating.counted",
        "notify took dossier.completed",
        "notify said notification.sent",
    }


async def test_the_message_at_the_end_goes_back_to_the_submission(collector, dossier):
    trace = trace_id(dossier["submission_id"]).to_bytes(16)
    by_id = {span.span_id: span for _, span in collector.spans() if span.trace_id == trace}
    span = next(one for one in by_id.values() if one.name == "notify said notification.sent")
    way = [span.name]
    while span.parent_span_id:
        span = by_id[span.parent_span_id]
        way.append(span.name)
    assert way[-1] == "submission"


async def test_every_span_is_written_once_and_names_the_dossier(collector, dossier):
    mine = [span for _, span in collector.spans() if span.trace_id == trace_id(dossier["submission_id"]).to_bytes(16)]
    assert max(Counter(span.span_id for span in mine).values()) == 1
    named = {a.value.string_value for span in mine for a in span.attributes if a.key == "lienthong.dossier"}
    assert named == {dossier["submission_id"], dossier["dossier_code"]}


async def test_neither_traces_nor_logs_know_the_person(shop, collector, dossier):
    told = b"".join(collector.bodies) + "".join(shop.log(name) for name in SERVICES).encode()
    for word in PERSON.values():
        assert word.encode() not in told
