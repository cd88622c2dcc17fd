"""SIGTERM in the middle of a stream: the batch at work is finished, and nothing is done twice."""

import asyncio
import json
import os
import signal
from collections import Counter

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from chassis.runtime import clock
from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from chassis.runtime.bus.streams import records
from contracts import claims
from contracts.envelope import new_event
from deploy.embedded import Stack
from deploy.embedded.joining import bus_of, settings_of, variables_of
from domain.procedures import load_catalogue
from tests.e2e.conftest import free_port
from tools.operations.prepared_bus import prepare_bus
from tools.operations.processes import spawn, stop_all

pytestmark = [pytest.mark.stack, pytest.mark.slow]

SUBMISSIONS = 2_000
STOPS = 3
BIRTH = load_catalogue()["1.001193"]
COMPLETE = tuple(item.id for item in BIRTH.checklist if item.required)


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    stack = Stack.ephemeral(tmp_path_factory.mktemp("sigterm"))
    try:
        stack.start("kafka")
        stack.start("intake")
        yield stack.endpoints
    finally:
        stack.down()


class Intake:
    """Intake as a process, again and again, with one log."""

    def __init__(self, endpoints, home) -> None:
        self.log = home / "intake.log"
        self.port, self.operator_port = free_port(), free_port()
        self.environment = os.environ | {
            "LIENTHONG_HOME": str(home),
            **variables_of(endpoints),
            "LIENTHONG_HTTP_PORT": str(self.port),
            "LIENTHONG_OPERATOR_PORT": str(self.operator_port),
            "LIENTHONG_BATCH_RECORDS": "50",
            "LIENTHONG_LOG_LEVEL": "DEBUG",
        }
        self.process = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = spawn("intake", env=self.environment, stdout=log, stderr=log)

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self.process.wait, 60)

    def lines(self, event):
        found = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in found if line["event"] == event]

    async def metrics(self) -> Counter:
        """Events by result, and what is ready; empty while it does not answer."""
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                text = (await client.get(f"http://127.0.0.1:{self.operator_port}/metrics")).text
        except httpx.HTTPError:
            assert self.process.poll() is None, self.log.read_text()
            return Counter()
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        found: Counter = Counter()
        for one in samples:
            if one.name in {"lienthong_events_total", "lienthong_ready"}:
                found[one.labels.get("result") or one.labels["check"]] += one.value
        return found


@pytest.fixture
def intake(servers, tmp_path):
    made = Intake(servers, tmp_path)
    try:
        yield made
    finally:
        stop_all([made.process] if made.process else [])


def application(number):
    body = {"procedure": BIRTH.code, "channel": "counter", "receiving_unit": "H29.16.01", "components": COMPLETE}
    submission = f"submission-{number:06d}"
    data = claims.IntakeSubmitted(submission_id=submission, claim=claims.Application(**body))
    return new_event(
        data, source="/portal/test", subject=submission, time=clock.now(), correlationid=submission, unique=("a",)
    )


async def test_sigterm_under_load_repeats_no_work(servers, intake, tmp_path):
    await prepare_bus(settings_of(servers, tmp_path))
    async with Admin(bus_of(servers)) as admin:
        publish = Publisher(bus_of(servers))
        await publish([message_of(application(number)) for number in range(SUBMISSIONS)])
        await publish.stop()
        for _ in range(STOPS):
            intake.start()
            while not (await intake.metrics())["accepted"]:  # noqa: ASYNC110 - another process works
                await asyncio.sleep(0.02)
            assert await intake.stop() == 0
        left = (await admin.lag({"lienthong.intake": ["intake.submitted"]}))["lienthong.intake"]
        assert left > 0, "it was to be stopped in the middle"
        intake.start()
        await admin.settled({"lienthong.intake": ["intake.submitted"]})

    batches = intake.lines("batch.done")
    assert sum(line["accepted"] for line in batches) == SUBMISSIONS
    assert sum(line["duplicates"] for line in batches) == 0
    assert (await intake.metrics())["duplicate"] == 0
    assert len(intake.lines("service.stopped")) == STOPS
    said = [json.loads(record.value)["id"] async for record in records(bus_of(servers), ["dossier.received"])]
    assert len(said) == len(set(said)) == SUBMISSIONS


async def test_a_request_under_way_is_answered_before_the_process_leaves(servers, intake, tmp_path):
    await prepare_bus(settings_of(servers, tmp_path))
    intake.start()
    while not (await intake.metrics())["bus"]:  # noqa: ASYNC110 - another process works
        await asyncio.sleep(0.02)
    body = {"procedure": BIRTH.code, "channel": "counter", "receiving_unit": "H29.16.01", "components": list(COMPLETE)}
    async with httpx.AsyncClient(timeout=30) as client:
        url = f"http://127.0.0.1:{intake.port}/v1/submissions"
        asking = [
            asyncio.create_task(client.post(url, json=body, headers={"Idempotency-Key": f"leaving-{n}"}))
            for n in range(20)
        ]
        first, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        ended = await intake.stop()
        answers = await asyncio.gather(*asking, return_exceptions=True)
    assert ended == 0
    assert {answer.status_code for answer in map(asyncio.Task.result, first)} == {201}
    refused = [one for one in answers if isinstance(one, Exception)]
    assert all(isinstance(one, httpx.ConnectError | httpx.RemoteProtocolError) for one in refused), refused
    given = {one.status_code for one in answers if not isinstance(one, Exception)}
    assert given <= {201, 202, 503}
