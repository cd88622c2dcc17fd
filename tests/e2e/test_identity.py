"""The issuer for development and a service as processes, told nothing but each other: who asks, and who does not."""

import asyncio
import os

import httpx
import pytest

from chassis.runtime.settings import Settings
from tests.e2e.conftest import free_port
from tools.operations.identity import development_issuer
from tools.operations.issuer_book import FILE
from tools.operations.processes import spawn, stop_all

pytestmark = pytest.mark.slow

BIRTH = {"procedure": "1.001193", "channel": "counter", "receiving_unit": "H29.16.01"}
NOWHERE = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200"


async def answered(http, url, process):
    while True:
        assert process.poll() is None
        try:
            return await http.get(url)
        except httpx.HTTPError:
            await asyncio.sleep(0.05)


@pytest.fixture
async def running(tmp_path):
    """Intake without a bus and a store, and its issuer."""
    settings = Settings(home=tmp_path, http_port=free_port(), operator_port=free_port(), issuer_port=free_port())
    issuer = development_issuer(settings)
    own = {
        "LIENTHONG_HOME": str(tmp_path),
        "LIENTHONG_KAFKA": "127.0.0.1:1",
        "LIENTHONG_MONGO": NOWHERE,
        "LIENTHONG_HTTP_PORT": str(settings.http_port),
        "LIENTHONG_OPERATOR_PORT": str(settings.operator_port),
        "LIENTHONG_ISSUER": "development",
        "LIENTHONG_ISSUER_PORT": str(settings.issuer_port),
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG_")}
    with (tmp_path / "log").open("wb") as log:
        processes = [spawn(name, env=others | own, stdout=log, stderr=log) for name in ("issuer", "intake")]
    try:
        async with httpx.AsyncClient(timeout=20, base_url=f"http://127.0.0.1:{settings.http_port}") as http:
            await answered(http, f"{settings.development_issuer}/jwks", processes[0])
            await answered(http, "/health/live", processes[1])
            yield http, issuer, settings
    finally:
        stop_all(processes)


async def test_a_service_believes_the_issuer_that_runs_beside_it_and_nobody_else(running, tmp_path):
    http, issuer, settings = running

    async def lodge(**headers):
        return (await http.post("/v1/submissions", json=BIRTH, headers=headers)).status_code

    def bearer(name):
        return {"Authorization": f"Bearer {issuer.token(issuer.people[name])}"}

    assert (await http.get("/v1/procedures")).status_code == 200
    assert await lodge() == 401
    assert await lodge(Authorization="Bearer a.b.c") == 401
    assert await lodge(**bearer("agency-H29.02")) == 403
    assert await lodge(**bearer("counter-H29.16.02")) == 403
    assert await lodge(**bearer("counter-H29.16.01")) == 503, "let in, and there is no store"
    assert (await http.get("/metrics")).status_code == 404
    metrics = await http.get(f"http://127.0.0.1:{settings.operator_port}/metrics")
    assert "lienthong_ready" in metrics.text
    log = (tmp_path / "log").read_text()
    assert not [secret for secret in issuer.book.secrets.values() if secret in log]
    assert issuer.book.receipt_key not in log
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
