"""The process tells how it is: live, ready, metrics, faults."""

import httpx
import pytest
import structlog


async def test_a_living_service_says_so(unit):
    answer = await unit.operator.get("/health/live")
    assert (answer.status_code, answer.json()["status"]) == (200, "live")


async def test_a_ready_service_says_so(unit):
    answer = await unit.operator.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ready")


@pytest.mark.parametrize("lost", ["store", "bus", "loop"])
async def test_a_service_that_lacks_something_is_not_ready_and_names_it(unit, lost):
    unit.checks[lost] = False
    answer = await unit.operator.get("/health/ready")
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()[lost]) == ("not ready", False)
    assert (await unit.operator.get("/health/live")).status_code == 200


async def test_a_process_that_does_not_move_says_so(unit):
    unit.moving["progress"] = False
    answer = await unit.operator.get("/health/live")
    assert answer.status_code == 503
    assert answer.json() == {"service": "intake", "status": "not live", "consumer": True, "progress": False}


async def test_metrics_are_text_for_prometheus(unit):
    answer = await unit.operator.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.text == "lienthong_ready 1\n"


async def test_a_fault_is_an_answer_and_a_log_line_without_the_request(unit):
    def fails(_query, _limit):
        raise ValueError("Nguyễn Văn A, 0912345678")

    unit.store.heads = fails
    transport = httpx.ASGITransport(unit.http._transport.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as client:
        with structlog.testing.capture_logs() as written:
            answer = await client.get("/v1/submissions/nguyen-van-a")
    del unit.store.heads
    assert answer.status_code == 500
    assert "0912345678" not in answer.text
    [line] = [entry for entry in written if entry["event"] == "http.fault"]
    assert (line["route"], line["method"], line["error"]) == ("/v1/submissions/{submission}", "GET", "ValueError")
    assert "nguyen" not in str(written).lower()
