"""Two shops on one machine: one base moves everything that listens."""

import asyncio
import os
import subprocess
import sys

import httpx
import pytest

from contracts.topics import SERVICES
from deploy.embedded import Ports, Stack
from deploy.embedded.joining import settings_of
from tools.operations.identity import development_issuer
from tools.operations.prepared_bus import prepare_bus
from tools.operations.processes import stop_all

pytestmark = [pytest.mark.long, pytest.mark.stack]
BIRTH = {
    "procedure": "1.001193",
    "channel": "counter",
    "receiving_unit": "H29.16.01",
    "components": ["form", "birth-proof", "identity"],
}


@pytest.fixture(scope="module")
def stacks(tmp_path_factory):
    running = [Stack(tmp_path_factory.mktemp(name), Ports.free()) for name in ("one", "other")]
    try:
        for stack in running:
            stack.up()
        yield running
    finally:
        for stack in running:
            stack.down()


def run_all(stack):
    """All services of a shop, told nothing but its home and its base."""
    own = {"LIENTHONG_HOME": str(stack.home), "LIENTHONG_PORT_BASE": str(stack.ports.kafka)}
    others = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG_")}
    with (stack.home / "services.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tools.cli", "run", "all"], env=others | own, stdout=log, stderr=log
        )


async def ready(http, stack, process):
    for port in stack.ports.http.values():
        while True:
            assert process.poll() is None, (stack.home / "services.log").read_text()
            try:
                if (await http.get(f"http://127.0.0.1:{port}/health/ready")).is_success:
                    break
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)


async def lodged(http, stack):
    """Lodge a dossier as its counter, after nobody could; and look at it as its citizen."""
    intake = f"http://127.0.0.1:{stack.ports.http['intake']}"
    assert (await http.post(f"{intake}/v1/submissions", json=BIRTH)).status_code == 401
    issuer = development_issuer(settings_of(stack.endpoints, stack.home, issuer_port=stack.ports.issuer))
    counter = {"Authorization": f"Bearer {issuer.token(issuer.people['counter-H29.16.01'])}"}
    answer = await http.post(f"{intake}/v1/submissions", json=BIRTH, headers=counter)
    receipt = {"Lienthong-Receipt": answer.json()["receipt"]["secret"]}
    path = f"/v1/submissions/{answer.json()['submission_id']}"
    while (answer := await http.get(f"{intake}{path}", headers=receipt)).status_code == 202:
        pass
    assert (await http.get(f"{intake}{path}")).status_code == 401
    return answer.json()["dossier_code"]


async def test_two_shops_run_side_by_side_and_each_counts_its_own(stacks):
    for stack in stacks:
        await prepare_bus(settings_of(stack.endpoints, stack.home))
    processes = [run_all(stack) for stack in stacks]
    try:
        async with httpx.AsyncClient(timeout=10) as http:
            for stack, process in zip(stacks, processes, strict=True):
                await ready(http, stack, process)
            codes = [await lodged(http, stack) for stack in (stacks[0], stacks[1], stacks[1])]
    finally:
        stop_all(processes)
    assert [code[-4:] for code in codes] == ["0001", "0001", "0002"]
    assert len({port for stack in stacks for port in stack.ports.all}) == 2 * (3 + 3 * len(SERVICES))
